import { join } from 'node:path';
import type { OutputName } from '../config/outputs.js';
import type { Report } from '../report/report.js';

/** The outputs of a run that has a run directory; `artifact-url` comes later. */
export function outputsOf(
  report: Report,
  runDirectory: string,
): Readonly<Partial<Record<OutputName, string>>> {
  return {
    conclusion: report.conclusion,
    'exit-code': String(report.exitCode),
    'patch-file': join(runDirectory, 'changes.patch'),
    'report-file': join(runDirectory, 'report.json'),
    'egress-report': join(runDirectory, 'egress.jsonl'),
    'egress-allowed-count': String(report.egress.allowed),
    'egress-blocked-count': String(report.egress.blocked),
    'changed-files': String(report.changes.files),
    'secrets-detected': String(report.workspace.secretsFound),
    'run-directory': runDirectory,
    'execution-time': (report.durationMs / 1_000).toFixed(1),
  };
}

/** The outputs of a run that did not get as far as a run directory. */
export const OUTPUTS_OF_NO_RUN = {
  conclusion: 'error',
  'exit-code': '125',
} as const satisfies Partial<Record<OutputName, string>>;
