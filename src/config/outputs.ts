/** What the action hands to later steps: name and meaning. action.yml is made from this. */
export const OUTPUTS = {
  conclusion: 'How the run ended: success, failure, timeout, cancelled, limit or error.',
  'exit-code': 'Exit code of the agent; 124 after a time-out, 125 when cagent itself failed.',
  'patch-file': 'Path of the patch with the changes of the agent.',
  'report-file': 'Path of report.json.',
  'egress-report': 'Path of egress.jsonl, one line for each attempt to reach the network.',
  'egress-allowed-count': 'How many attempts were allowed.',
  'egress-blocked-count': 'How many attempts were blocked.',
  'changed-files': 'How many files the patch touches.',
  'secrets-detected': 'How many places the secret scan found in the workspace.',
  'run-directory': 'Path of the run directory.',
  'artifact-url': 'Address of the artifact with the run directory; empty when none was uploaded.',
  'execution-time': 'Duration of the run in seconds.',
} as const satisfies Readonly<Record<string, string>>;

export type OutputName = keyof typeof OUTPUTS;
