import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nearest, quote } from '../../config/found.js';
import { workspaceDirectory } from '../../config/workspace-directory.js';
import { CagentError, messageOf } from '../../core/errors.js';
import type { ParsedArguments } from '../arguments.js';
import type { CliContext } from '../cli-context.js';
import { initFiles } from '../init/init-files.js';
import { WORKFLOW_AGENT_NAMES, WORKFLOW_AGENTS, type WorkflowAgent } from '../init/workflow-agents.js';
import { WORKFLOW_NAMES, type WorkflowName } from '../init/workflows.js';
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
  const workflows = names.map(workflowNamed);
  const agent = agentNamed(flags.values.agent);
  const { workspace } = flags.values;
  const directory = await workspaceDirectory(typeof workspace === 'string' ? workspace : undefined, cwd);
  const result = await writeFiles(directory, initFiles(workflows, agent));
  if (json) {
    stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  }
  for (const path of result.written) stdout.write(`${path}\n`);
  for (const path of result.kept) stderr.write(`cagent: ${path} is there already and was left as it is\n`);
  if (result.written.length > 0) {
    const { secret } = WORKFLOW_AGENTS[agent];
    stderr.write(`cagent: read the files, then set the secret ${secret}: gh secret set ${secret}\n`);
    if (workflows.some((name) => name === 'refactor' || name === 'fix'))
      stderr.write(
        'cagent: for pull requests, allow them under Settings, Actions, General, Workflow permissions\n',
      );
  }
  return 0;
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

function agentNamed(value: unknown): WorkflowAgent {
  if (value === undefined) return 'claude';
  const found = WORKFLOW_AGENT_NAMES.find((name) => name === value);
  if (found !== undefined) return found;
  throw usageError(
    `option --agent: found ${quote(String(value))}, allowed: ${WORKFLOW_AGENT_NAMES.join(', ')}`,
    'For another agent, write the workflow for one of these and change the agent and its key in it.',
  );
}
