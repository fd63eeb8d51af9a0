import type { DirectProvider } from '../../core/model-endpoint.js';
import {
  type AgentFile,
  type AgentOutput,
  type AgentResult,
  type KnownAgent,
  PLACEHOLDER_KEY,
} from '../agent.js';
import { bareModel } from '../model-name.js';
import { known, textOf } from '../output-lines.js';

/** aider. It has no loop with tools: it edits the files that the prompt names. */
export const aider: KnownAgent = {
  name: 'aider',
  title: 'aider',
  package: { ecosystem: 'pypi', name: 'aider-chat', version: '0.86.2' },
  providers: ['openai', 'anthropic', 'google'],
  needsModel: true,
  structuredOutput: 'prompt',
  // They name commands that run at the start, and base URLs that win over every option.
  hidden: ['/.aider.conf.yml', '/.aider.model.settings.yml', '/.aider.model.metadata.json'],
  invoke: ({ provider, endpoint, model = '', args, git }) => {
    const variables = VARIABLES[provider as DirectProvider];
    const env = {
      [variables.base]: `${endpoint}${variables.path}`,
      [variables.key]: PLACEHOLDER_KEY,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    };
    return {
      command: [
        'aider',
        ...['--model', `${variables.id}/${bareModel(model)}`],
        // A repository's .env wins over the environment; what is set here wins over both.
        ...Object.entries(env).flatMap(([name, value]) => ['--set-env', `${name}=${value}`]),
        '--yes-always',
        ...['--no-auto-commits', '--no-dirty-commits', '--no-gitignore', '--no-pretty', '--no-stream'],
        ...[
          '--no-check-update',
          '--no-show-release-notes',
          '--analytics-disable',
          '--no-show-model-warnings',
        ],
        ...[
          '--chat-history-file',
          '/tmp/aider.chat.history.md',
          '--input-history-file',
          '/tmp/aider.input.history',
        ],
        // The map of the repository keeps its cache in the workspace, and it would come out with the patch.
        ...['--map-tokens', '0'],
        // Where there is none it would make a repository, and name its own files in a .gitignore.
        ...(git ? [] : ['--no-git']),
        ...['--message-file', '/dev/stdin'],
        ...args,
      ],
      env,
      files: homeFiles(aider.package.version),
    };
  },
  readOutput,
};

/**
 * At each start it asks raw.githubusercontent.com for the prices of all models, unless it finds a fresh copy of them:
 * what this one does not have is taken from the package itself. It also notes that it has run before, beside it, where
 * it then could not.
 */
function homeFiles(version: string): readonly AgentFile[] {
  const started = { [`('${version}', '/opt/agent/venv/bin/python3')`]: true };
  return [
    {
      path: '/home/agent/.aider/caches/model_prices_and_context_window.json',
      content: '{"none":{}}\n',
    },
    { path: '/home/agent/.aider/installs.json', content: `${JSON.stringify(started)}\n` },
  ];
}

/** litellm's names: a base URL for Anthropic has no version in it. */
const VARIABLES: Readonly<
  Record<
    DirectProvider,
    { readonly id: string; readonly base: string; readonly key: string; readonly path: string }
  >
> = {
  openai: { id: 'openai', base: 'OPENAI_API_BASE', key: 'OPENAI_API_KEY', path: '/v1' },
  'openai-compatible': { id: 'openai', base: 'OPENAI_API_BASE', key: 'OPENAI_API_KEY', path: '/v1' },
  anthropic: { id: 'anthropic', base: 'ANTHROPIC_API_BASE', key: 'ANTHROPIC_API_KEY', path: '' },
  google: { id: 'gemini', base: 'GEMINI_API_BASE', key: 'GEMINI_API_KEY', path: '/v1beta' },
};

/** What it prints around the words of its model. */
const OWN_LINE =
  /^(Repo-map: |Added .* to the chat|Tokens: |Cost: |Applied edit to |Running |Aider v|Main model: |Model: |Git repo: )/;

/** The words before the last count of tokens, back to the last line of its own. */
function lastMessage(stdout: string): string | undefined {
  const lines = stdout.split('\n');
  const end = lines.findLastIndex((line) => line.startsWith('Tokens: '));
  if (end === -1) return undefined;
  const begin = lines.slice(0, end).findLastIndex((line) => OWN_LINE.test(line));
  const words = lines
    .slice(begin + 1, end)
    .join('\n')
    .trim()
    .split('\n');
  // Names of files that it adds of itself; the one before a fence is the model's.
  const first = words.findIndex(
    (line, at) => !isFileName(line) || (words[at + 1] ?? '```').startsWith('```'),
  );
  return textOf(words.slice(first).join('\n').trim());
}

function isFileName(line: string): boolean {
  return /^\S+$/.test(line) && /[./]/.test(line) && !/^[{["'`]/.test(line) && !line.endsWith('.');
}

/** It exits with 0 also when no request came through, and says so only in words. */
function readOutput({ stdout, traffic }: AgentOutput): AgentResult {
  const lines = stdout.split('\n');
  const status = traffic?.lastStatus;
  const error = lines.findLastIndex((line) =>
    /^(litellm\.\w*(Error|Exception)\b|The API provider )/.test(line),
  );
  // An answer that it could not read is a good one for everybody else, and not followed by a count.
  const unread = error > lines.findLastIndex((line) => line.startsWith('Tokens: '));
  const unanswered = status === undefined || status >= 400 || unread;
  return {
    failure: unanswered ? { kind: 'api-error', reason: failureText(lines[error], status) } : undefined,
    ...known({ finalMessage: lastMessage(stdout), version: /^Aider v(\S+)/m.exec(stdout)?.[1] }),
    usage: {},
    notices: [],
  };
}

function failureText(said: string | undefined, status: number | undefined): string {
  if (said !== undefined) return `it reported an error: ${said}`;
  return status === undefined
    ? 'no answer of its model came through'
    : `its last request was answered with HTTP ${status}`;
}
