// Reads a vitest JSON report: test-results.mjs SUITE REPORT EXIT_STATUS FAILURES_FILE.
// Prints "PASSED FAILED", and adds to FAILURES_FILE a line per failed test with the beginning of its error, so that
// they can be told again at the end of a log of which often only the end is kept.
import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const LINES_OF_AN_ERROR = 12;
const CHARACTERS_OF_A_LINE = 300;
const [suite, reportFile, status, failuresFile] = process.argv.slice(2);

function readReport() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, success: false, testResults: [] };
  }
}

function failuresOf(file) {
  const tests = file.assertionResults.filter((test) => test.status === 'failed');
  const path = relative(process.cwd(), file.name);
  if (tests.length === 0 && file.message)
    return [{ title: `${path}: outside of a test`, error: file.message }];
  return tests.map((test) => ({
    title: `${path}: ${test.fullName}`,
    error: test.failureMessages.join('\n'),
  }));
}

function told({ title, error }) {
  const lines = error
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'))
    .slice(0, LINES_OF_AN_ERROR);
  return [`${suite}: ${title}`, ...lines.map((line) => `    ${line.slice(0, CHARACTERS_OF_A_LINE)}`)].join(
    '\n',
  );
}

const report = readReport();
const failures = report.testResults.flatMap(failuresOf);
const { numPassedTests: passed, numFailedTests: failed } = report;
const silentFailure = failed === 0 && (Number(status) !== 0 || !report.success || passed === 0);
if (silentFailure && failures.length === 0) {
  failures.push({
    title: `the suite ended with status ${status} and no failed test`,
    error: 'See its output above.',
  });
}
if (failures.length > 0) appendFileSync(failuresFile, `${failures.map(told).join('\n')}\n`);
console.log(`${passed} ${silentFailure ? 1 : failed}`);
