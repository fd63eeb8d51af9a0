import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { displayText } from '../../core/display-text.js';
import type { Check } from '../../engine/doctor.js';
import { type WorkflowWarning, workflowWarnings } from './workflow-warnings.js';

const FOLDER = '.github/workflows';

export interface WorkflowCheck extends Check, Pick<WorkflowWarning, 'file' | 'line'> {}

/** One check for each dangerous pattern in the workflows of a repository; none where there are no workflows. */
export async function workflowChecks(repository: string): Promise<readonly WorkflowCheck[]> {
  const names = await readdir(join(repository, FOLDER)).catch(() => []);
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  const owner = await ownerOf(repository);
  const found = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(repository, FOLDER, name), 'utf8').catch(() => '');
      return workflowWarnings(`${FOLDER}/${name}`, text, owner);
    }),
  );
  return found.flat().map(({ file, line, found: what, hint, level }) => ({
    name: 'workflow',
    status: level === 'warning' ? 'warning' : 'ok',
    found: displayText(`${file}:${line}: ${what}`),
    hint,
    file,
    line,
  }));
}

/** The account that the repository belongs to on GitHub, by its remote. */
async function ownerOf(repository: string): Promise<string | undefined> {
  const config = await readFile(join(repository, '.git/config'), 'utf8').catch(() => '');
  return /^\s*url = \S*[/:]([\w.-]+)\/[\w.-]+$/m.exec(config)?.[1];
}
