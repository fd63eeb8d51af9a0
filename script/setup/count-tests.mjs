// Prints "PASSED FAILED" from a vitest JSON report: count-tests.mjs REPORT EXIT_STATUS.
import { readFileSync } from 'node:fs';

const [report, status] = process.argv.slice(2);

function counts() {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return [0, 1];
  }
  const { numPassedTests: passed, numFailedTests: failed } = result;
  const silentFailure = failed === 0 && (Number(status) !== 0 || !result.success || passed === 0);
  return [passed, silentFailure ? 1 : failed];
}

console.log(counts().join(' '));
