import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { renderTerminalSummary } from '../../../src/report/terminal.js';
import { isRunnerCommand } from '../core/runner-command.js';
import { changes, HOSTILE, sampleReport } from './samples.js';

const plain = { color: false, width: 80 };

describe('the summary in the terminal', () => {
  test('reads like this', () => {
    expect(`\n${renderTerminalSummary(sampleReport(), changes, plain).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      ✔ The agent finished · 4 m 12 s · $0.42
         agent  claude 2.1.0 · claude-opus-5-5 · 14 turns · 48,210 tokens in · 9,120 …
       network  2 allowed, 45 blocked, 1 audited · 5.9 KiB out, 18 MiB in
       blocked  evil.example ×43  no-rule
                198.51.100.1  no-rule
                api.example.com:443  method
       changed  7 files +146 −216
                M src/index.ts  +24 −9
                A src/parse.ts  +118
                D src/old-parser.ts  −203
                R docs/guide.md  +3 −3
                X script/run
                M logo.png  binary
                M package.json  +1 −1
       look at  package.json  scripts that package managers run
      rejected  link  a link that leaves the workspace
        hidden  4 paths: 2 by .agentignore, 1 by built-in, 1 by secret scan
        notice  The image has no git.
                The rule !docs/.env in .agentignore shows a credential file again.
                The clock of the engine differs by 2 s.
      "
    `);
  });

  test('in colour says the same', () => {
    const coloured = renderTerminalSummary(sampleReport(), changes, { color: true, width: 80 });
    expect(coloured.map(stripVTControlCharacters)).toEqual(
      renderTerminalSummary(sampleReport(), changes, plain),
    );
    expect(coloured.join()).toContain('\u001b[');
  });

  test.each(HOSTILE)('text from outside cannot move the cursor or forge a line: %j', (text) => {
    const report = sampleReport();
    const paths = [{ path: text, reason: text }];
    const lines = renderTerminalSummary(
      {
        ...report,
        workspace: { ...report.workspace, hidden: paths },
        changes: { ...report.changes, sensitive: paths, rejected: paths },
        egress: {
          ...report.egress,
          hosts: report.egress.hosts.map((row) => ({ ...row, host: text, reasons: [text] })),
        },
        limits: { ...report.limits, hit: [text] },
        conclusion: 'limit',
        notices: [text],
        error: { code: 'docker.failed', message: text, hint: text },
      },
      { ...changes, files: [{ path: text, status: 'added' }] },
      plain,
    );
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(lines.filter(isRunnerCommand)).toEqual([]);
  });

  test.each([40, 60, 80, 200])('fits into %i columns', (width) => {
    const long = 'very/long/directory/name/'.repeat(12);
    const report = sampleReport({ notices: [long] });
    const crowded = {
      ...report,
      egress: {
        ...report.egress,
        hosts: report.egress.hosts.map((row) => ({ ...row, host: long, reasons: [long] })),
      },
      changes: { ...report.changes, sensitive: [{ path: long, reason: long }] },
    };
    const files = Array.from({ length: 50 }, (_, at) => ({
      path: `${long}${at}.ts`,
      status: 'added' as const,
      added: at,
    }));
    const lines = renderTerminalSummary(crowded, { ...changes, files }, { color: false, width });
    expect(lines.filter((line) => [...line].length > width)).toEqual([]);
    expect(lines.join('\n')).toContain('… and 42 more files');
  });
});
