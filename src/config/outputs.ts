/** What the action hands to later steps: name and meaning. action.yml is made from this. */
export const OUTPUTS = {
  conclusion:
    'How the run ended: success, failure, timeout, cancelled, limit or error; skipped when nothing was run.',
  'skip-reason': 'Why nothing was run; empty otherwise.',
  'exit-code': 'Exit code of the agent; 124 after a time-out, 125 when cagent itself failed.',
  'final-message': 'What the agent said last; cut at 100 KiB, the whole is in report.json.',
  'structured-output':
    'The JSON that output-schema asked for; empty when there is none or it is over 100 KiB, then see report.json.',
  'session-id': "The agent's own name for its session.",
  'total-cost-usd': 'What the model cost in US dollars, as far as the agent tells or prices are given.',
  'input-tokens': 'Tokens that went into the model, cached ones not counted.',
  'output-tokens': 'Tokens that came out of the model.',
  'cache-read-tokens': 'Tokens that the model read from its cache.',
  'cache-write-tokens': 'Tokens that the model wrote to its cache.',
  'patch-file': 'Path of the patch with the changes of the agent.',
  'patch-sha256': 'SHA-256 of that patch, for the input of the same name of org/cagent/apply.',
  'report-file': 'Path of report.json.',
  'egress-report': 'Path of egress.jsonl, one line for each attempt to reach the network.',
  'egress-allowed-count': 'How many attempts were allowed.',
  'egress-blocked-count': 'How many attempts were blocked.',
  'changed-files': 'How many files the patch touches.',
  'secrets-detected': 'How many places the secret scan found in the workspace.',
  'run-directory': 'Path of the run directory.',
  'artifact-url': 'Address of the artifact with the run directory; empty when none was uploaded.',
  'comment-url': 'Address of the comment on the pull request; empty when none was written.',
  'review-url': 'Address of the review; empty when none was posted.',
  'execution-time': 'Duration of the run in seconds.',
} as const satisfies Readonly<Record<string, string>>;

export type OutputName = keyof typeof OUTPUTS;
