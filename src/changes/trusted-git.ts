import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { Processes, RunningProcess } from '../core/process.js';

/**
 * git with an explicit repository and an environment in which no configuration, attribute, hook or filter of the
 * agent, of the user or of the machine counts. git never runs with its own discovery in a tree that an agent wrote:
 * a planted `core.fsmonitor` would be started.
 */
export interface TrustedGit {
  readonly processes: Processes;
  readonly env: Environment;
  readonly gitDirectory: string;
  readonly cwd: string;
}

/** Settings that win over those of a repository's own `config`, for repositories that are not ours. */
const OVERRIDES = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'gc.auto=0',
  'maintenance.auto=false',
  // For a missing object git before 2.44 asks the remote of the repository, by a program that its config names.
  'protocol.allow=never',
];
const MAX_COMPLAINT = 2_000;

interface Ports {
  readonly processes: Processes;
  readonly env: Environment;
}

/** The environment of a trusted git; `extra` adds to it. */
export function trustedEnvironment(env: Environment, extra: Environment = {}): Environment {
  return {
    PATH: env.PATH,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_OPTIONAL_LOCKS: '0',
    ...extra,
  };
}

/** The repository of the workspace, for reading its objects only. */
export function originalRepository(root: string, ports: Ports): TrustedGit {
  return { ...ports, env: trustedEnvironment(ports.env), gitDirectory: join(root, '.git'), cwd: '/' };
}

/**
 * Calls `use` with an empty bare repository that is removed afterwards. `objectFormat` has to be that of the commit
 * which the patch is for, since a binary patch names its contents by hash.
 */
export async function withTemporaryRepository<T>(
  ports: Ports,
  objectFormat: 'sha1' | 'sha256',
  use: (git: TrustedGit) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(ports.env.RUNNER_TEMP || tmpdir(), 'cagent-changes-'));
  const gitDirectory = join(directory, 'repository.git');
  const git = { ...ports, env: trustedEnvironment(ports.env), gitDirectory, cwd: directory };
  try {
    await runGit(git, [
      'init',
      '--quiet',
      '--bare',
      '--template=',
      `--object-format=${objectFormat}`,
      gitDirectory,
    ]);
    // The strongest attributes of a repository: whatever a .gitattributes says elsewhere is unset again.
    await mkdir(join(gitDirectory, 'info'), { recursive: true });
    await writeFile(
      join(gitDirectory, 'info/attributes'),
      '* !text !eol !diff !merge !filter !ident !working-tree-encoding\n',
    );
    return await use(git);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs git to its end and returns what it printed. A failure of git is a failure of the capture. */
export async function runGit(
  git: TrustedGit,
  args: readonly string[],
  stdin?: string | Uint8Array,
): Promise<Buffer> {
  const result = await tryGit(git, args, stdin === undefined ? {} : { stdin });
  if (result.exitCode === 0) return result.stdout;
  throw gitFailed(args, result.stderr.toString('utf8'));
}

/** Runs git to its end, whatever that is. */
export function tryGit(
  git: TrustedGit,
  args: readonly string[],
  more: { readonly stdin?: string | Uint8Array; readonly env?: Environment } = {},
): ReturnType<Processes['run']> {
  const request = { file: 'git', args: words(git, args), cwd: git.cwd, env: { ...git.env, ...more.env } };
  return git.processes.run(more.stdin === undefined ? request : { ...request, stdin: more.stdin });
}

/** Starts git with open pipes. `complaint` holds the beginning of what it says on standard error. */
export function startGit(git: TrustedGit, args: readonly string[]): RunningProcess & { complaint(): string } {
  const running = git.processes.start({ file: 'git', args: words(git, args), cwd: git.cwd, env: git.env });
  let text = '';
  running.stderr.on('data', (chunk: Buffer) => {
    if (text.length < MAX_COMPLAINT) text += chunk.toString('utf8');
  });
  return { ...running, complaint: () => text };
}

export function gitFailed(args: readonly string[], complaint: string, cause?: unknown): CagentError {
  const why = complaint.trim().split('\n').slice(0, 3).join('; ') || 'no output';
  return new CagentError('changes.capture', `git ${args[0]} failed: ${why}`, {
    hint: 'git 2.32 or newer must be on the PATH, and the disk for temporary files must have room.',
    cause,
  });
}

/** The parts of a NUL-terminated list. */
export function splitNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0, from);
    parts.push(bytes.subarray(from, end < 0 ? bytes.length : end));
    from = end < 0 ? bytes.length : end + 1;
  }
  return parts;
}

function words(git: TrustedGit, args: readonly string[]): string[] {
  return [
    '--no-pager',
    `--git-dir=${git.gitDirectory}`,
    ...OVERRIDES.flatMap((setting) => ['-c', setting]),
    ...args,
  ];
}
