import { join } from 'node:path';
import type { OutputName } from '../config/outputs.js';
import type { Report } from '../report/report.js';
import { fitJson, fitOutput } from './output-size.js';

type Outputs = Readonly<Partial<Record<OutputName, string>>>;

/** The outputs of a run that has a run directory; addresses come later. */
export function outputsOf(report: Report, runDirectory: string): Outputs {
  const { finalMessage, structuredOutput, sessionId, usage } = report.agent;
  const reportFile = join(runDirectory, 'report.json');
  return {
    conclusion: report.conclusion,
    'exit-code': String(report.exitCode),
    'final-message': fitOutput(finalMessage ?? '', reportFile),
    'structured-output': fitJson(structuredOutput),
    'session-id': fitOutput(sessionId ?? '', reportFile),
    'total-cost-usd': number(usage.costUsd),
    'input-tokens': number(usage.inputTokens),
    'output-tokens': number(usage.outputTokens),
    'cache-read-tokens': number(usage.cacheReadTokens),
    'cache-write-tokens': number(usage.cacheWriteTokens),
    'patch-file': join(runDirectory, 'changes.patch'),
    'patch-sha256': report.changes.patchSha256 ?? '',
    'report-file': reportFile,
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
export const OUTPUTS_OF_NO_RUN = { conclusion: 'error', 'exit-code': '125' } as const satisfies Outputs;

/** The outputs when the agent was not to be run. */
export function outputsOfSkip(reason: string): Outputs {
  return { conclusion: 'skipped', 'exit-code': '0', 'skip-reason': reason };
}

/** Empty when nobody tells. */
function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
