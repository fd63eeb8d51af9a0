import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_CAPTURE_LIMITS } from '../../../src/changes/capture-limits.js';
import { type CaptureInput, captureOverlay } from '../../../src/changes/capture-overlay.js';
import type { Changes } from '../../../src/changes/changes.js';
import { readEnvironment } from '../../../src/core/environment.js';
import { type ProcessResult, systemProcesses } from '../../../src/core/process.js';

const IMAGE = 'node:24-bookworm-slim';

/** Runs a program and fails the test when it fails. */
export async function sh(script: string, cwd: string, file = 'sh'): Promise<string> {
  const result = await systemProcesses.run({
    file,
    args: ['-ec', script],
    cwd,
    env: { ...readEnvironment(), ...GIT },
  });
  return checked(result, script);
}

const GIT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

function checked(result: ProcessResult, what: string): string {
  if (result.exitCode !== 0) throw new Error(`${what}: exit ${result.exitCode}: ${result.stderr.toString()}`);
  return result.stdout.toString('latin1');
}

async function docker(...args: string[]): Promise<string> {
  const result = await systemProcesses.run({ file: 'docker', args, env: readEnvironment() });
  return checked(result, `docker ${args.join(' ')}`);
}

/** A workspace with its overlay, in which scripts run as the agent does: in a container without any capability. */
export class OverlayAgent {
  readonly root: string;
  readonly upper: string;
  readonly patch: string;
  readonly #base: string;
  readonly #volume: string;

  private constructor(base: string) {
    this.#base = base;
    this.root = join(base, 'w');
    this.upper = join(base, 'u');
    this.patch = join(base, 'changes.patch');
    this.#volume = `cagent-test-changes-${process.pid}-${base.slice(-6)}`;
  }

  /** Makes the workspace by a script and commits it. */
  static async create(makeWorkspace: string): Promise<OverlayAgent> {
    const agent = new OverlayAgent(await mkdtemp(join(tmpdir(), 'cagent-test-')));
    for (const name of ['w', 'u', 'k', 'top/.agent-scratch', 'top/.git', 'mask'])
      await mkdir(join(agent.#base, name), { recursive: true });
    await sh(
      `git init -q .; git config gc.auto 0; ${makeWorkspace}\n git add -A; git commit -qm base --allow-empty`,
      agent.root,
      'bash',
    );
    return agent;
  }

  /** Hides paths by whiteouts, like the mask layer does. */
  async hide(...paths: string[]): Promise<void> {
    for (const path of paths)
      await sh(`mkdir -p "$(dirname '${path}')"; mknod '${path}' c 0 0`, join(this.#base, 'mask'));
  }

  async run(script: string): Promise<string> {
    const at = this.#base;
    const options = `lowerdir=${at}/top:${at}/mask:${at}/w,upperdir=${at}/u,workdir=${at}/k,userxattr,nosuid,nodev`;
    await docker(
      'volume',
      'create',
      '--driver',
      'local',
      '--label',
      'cagent-test-changes',
      '--opt',
      'type=overlay',
      '--opt',
      'device=overlay',
      '--opt',
      `o=${options}`,
      this.#volume,
    );
    try {
      return await docker(
        'run',
        '--rm',
        '--network=none',
        '--cap-drop=ALL',
        '--label',
        'cagent-test-changes',
        '-v',
        `${this.#volume}:/workspace:nocopy`,
        '-w',
        '/workspace',
        IMAGE,
        'bash',
        '-ec',
        script,
      );
    } finally {
      await docker('volume', 'rm', this.#volume);
    }
  }

  async capture(more: Partial<CaptureInput> = {}): Promise<Changes> {
    return await captureOverlay({
      root: this.root,
      upper: this.upper,
      hidden: [],
      baseCommit: (await sh('git rev-parse HEAD', this.root)).trim(),
      limits: DEFAULT_CAPTURE_LIMITS,
      outPatch: this.patch,
      processes: systemProcesses,
      env: readEnvironment(),
      ...more,
    });
  }

  /** Tree hash after the patch is applied to a clean clone. */
  async appliedTree(): Promise<string> {
    const script =
      'rm -rf ../clone; git clone -q . ../clone; cd ../clone; [ ! -s ../changes.patch ] || git apply --index ../changes.patch; git write-tree';
    return (await sh(script, this.root)).trim();
  }

  /** Tree hash of what the agent saw at the end, made by a plain `git add` of a copy of its view. */
  async seenTree(leaveOut: readonly string[] = []): Promise<string> {
    await sh('rm -rf seen; mkdir seen', this.#base);
    const view = await this.run(
      'cd /workspace; tar --exclude=./.git --exclude=./.agent-scratch -cf - . | base64',
    );
    const result = await systemProcesses.run({
      file: 'tar',
      args: ['-xf', '-', '-C', join(this.#base, 'seen')],
      env: readEnvironment(),
      stdin: Buffer.from(view, 'base64'),
    });
    checked(result, 'tar');
    const removed = leaveOut.map((path) => `rm -rf -- '${path}'`).join('; ');
    const script = `${removed}\n git init -q .; echo '* -text -filter -ident -working-tree-encoding' > .git/info/attributes; git add -A -f; git write-tree`;
    return (await sh(script, join(this.#base, 'seen'))).trim();
  }

  async remove(): Promise<void> {
    await rm(this.#base, { recursive: true, force: true });
  }
}
