import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { displayText } from '../../core/display-text.js';
import type { Check } from '../../engine/doctor.js';
import { type WorkflowWarning, workflowWarnings } from './workflow-warnings.js';

const FOLDER = '.github/workflows';

export interface WorkflowCheck extends Check, Pick<WorkflowWarning, 'file' | 'line'> {}

/** One warning for each dangerous pattern in the workflows of a repository; none where there are no workflows. */
export async function workflowChecks(repository: string): Promise<readonly WorkflowCheck[]> {
  const names = await readdir(join(repository, FOLDER)).catch(() => []);
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  const found = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(repository, FOLDER, name), 'utf8').catch(() => '');
      return workflowWarnings(`${FOLDER}/${name}`, text);
    }),
  );
  return found.flat().map(({ file, line, found: what, hint }) => ({
    name: 'workflow',
    status: 'warning',
    found: displayText(`${file}:${line}: ${what}`),
    hint,
    file,
    line,
  }));
}
