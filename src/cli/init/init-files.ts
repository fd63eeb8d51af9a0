import type { WorkflowAgent } from './workflow-agents.js';
import { promptPath, promptText, type WorkflowName, workflowText } from './workflows.js';

/** A file that `cagent init` writes when it is not there. */
export interface InitFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

/** For each workflow the file itself and the prompt that it names. Pure. */
export function initFiles(names: readonly WorkflowName[], agent: WorkflowAgent): readonly InitFile[] {
  return names.flatMap((name) => [
    { path: `.github/workflows/cagent-${name}.yml`, text: workflowText(name, { kind: 'own', agent }) },
    { path: promptPath(name), text: promptText(name) },
  ]);
}
