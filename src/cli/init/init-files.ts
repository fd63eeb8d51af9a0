import type { WorkflowChoice } from './workflow-choice.js';
import { taskPath, taskText, type WorkflowName, workflowText } from './workflows.js';

/** A file that `cagent init` writes when it is not there. */
export interface InitFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

/** For each workflow the file itself and the prompt or script that it names. Pure. */
export function initFiles(names: readonly WorkflowName[], choice: WorkflowChoice): readonly InitFile[] {
  return names.flatMap((name) => [
    { path: `.github/workflows/cagent-${name}.yml`, text: workflowText(name, { kind: 'own', choice }) },
    { path: taskPath(name, choice.agent), text: taskText(name, choice.agent) },
  ]);
}
