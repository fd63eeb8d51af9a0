import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nearest, quote } from '../../config/found.js';
import { workspaceDirectory } from '../../config/workspace-directory.js';
import { CagentError, messageOf } from '../../core/errors.js';
import { logJson } from '../../core/log-json.js';
import { displayPath } from '../../core/path-text.js';
import type { ParsedArguments } from '../arguments.js';
import type { CliContext } from '../cli-context.js';
import { choicesText } from '../init/choices-text.js';
import { initFiles } from '../init/init-files.js';
import { type WorkflowChoice, workflowChoice } from '../init/workflow-choice.js';
import { WORKFLOW_NAMES, type WorkflowName } from '../init/workflows.js';
import { repositoryTop } from '../repository-top.js';
import { usageError } from '../usage-errors.js';

interface Written {
  readonly written: readonly string[];
  /** Files that were there, as they were. */
  readonly kept: readonly string[];
}

/** `cagent init WORKFLOW...`: writes ready workflows and their prompts. What is there is never overwritten. */
export async function initCommand(
  { names, flags, json }: ParsedArguments & { command: 'init' },
  { cwd, stdout, stderr }: CliContext,
): Promise<number> {
  if (names.length === 0) {
    if (stdout.isTTY !== true)
      throw usageError(
        `init needs the name of a workflow, allowed: ${WORKFLOW_NAMES.join(', ')}`,
        'See cagent init --help.',
      );
    stdout.write(choicesText());
    return 0;
  }
  const workflows = names.map(workflowNamed);
  const { workspace, agent, model } = flags.values;
  const choice = workflowChoice(textOf(agent) ?? 'claude', textOf(model));
  const directory = await workspaceDirectory(textOf(workspace), cwd);
  const top = repositoryTop(directory);
  if (top !== directory) {
    throw usageError(
      `init: found ${displayPath(directory)}, which lies in a repository, allowed: its top, ${displayPath(top)}`,
      'GitHub looks for workflows only there.',
    );
  }
  const result = await writeFiles(directory, initFiles(workflows, choice));
  if (json) {
    stdout.write(logJson(result));
    return 0;
  }
  for (const path of result.written) stdout.write(`${path}\n`);
  for (const path of result.kept) stderr.write(`cagent: ${path} is there already and was left as it is\n`);
  if (result.written.length > 0)
    for (const line of nextSteps(workflows, choice)) stderr.write(`cagent: ${line}\n`);
  return 0;
}

function nextSteps(workflows: readonly WorkflowName[], { key }: WorkflowChoice): readonly string[] {
  return [
    key === undefined
      ? 'read the files, and write your command into each script'
      : `read the files, then set the secret ${key.secret}: gh secret set ${key.secret}`,
    ...(workflows.some((name) => name !== 'review')
      ? ['for pull requests, allow them under Settings, Actions, General, Workflow permissions']
      : []),
  ];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

async function writeFiles(directory: string, files: ReturnType<typeof initFiles>): Promise<Written> {
  const [written, kept]: [string[], string[]] = [[], []];
  for (const { path, text } of files) {
    const file = join(directory, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      // Fails also for a link that leads nowhere.
      await writeFile(file, text, { flag: 'wx' });
      written.push(path);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new CagentError('config.out', `${path} cannot be written: ${messageOf(thrown)}`, {
          cause: thrown,
        });
      kept.push(path);
    }
  }
  return { written, kept };
}

function workflowNamed(text: string): WorkflowName {
  const found = WORKFLOW_NAMES.find((name) => name === text);
  if (found !== undefined) return found;
  throw usageError(
    `unknown workflow ${quote(text)}, allowed: ${WORKFLOW_NAMES.join(', ')}, nearest: ${nearest(text, WORKFLOW_NAMES)}`,
    'See cagent help init.',
  );
}
