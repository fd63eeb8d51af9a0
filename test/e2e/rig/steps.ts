import type { Step } from './act.js';

/** Brings the repository into the job's workspace. */
export const CHECKOUT: Step = { uses: 'actions/checkout@v4' };

/** An expression of a workflow: `github.workspace` and the like. */
export function expression(text: string): string {
  return `\${{ ${text} }}`;
}

/** A step `cagent` that uses the action. */
export function cagentStep(inputs: Readonly<Record<string, string>>, rest: Step = {}): Step {
  return { id: 'cagent', uses: 'org/cagent@v1', with: inputs, ...rest };
}

/** Keeps the run directory for the test, also after a failure: the runner removes its own directories. */
export const KEEP_RESULTS: Step = {
  if: 'always()',
  run: `cp -R "${expression('steps.cagent.outputs.run-directory')}" "$RESULTS/run"`,
};
