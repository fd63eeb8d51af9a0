import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { CAGENT, CHECKOUT } from '../../../src/cli/init/pins.js';
import { startArtifactProxy } from './artifact-proxy.js';
import { RELEASE } from './cagent.js';
import { type Ended, run } from './program.js';
import { type Files, headOf, makeRepository, writeFiles } from './repository.js';
import { WorkflowLog } from './workflow-log.js';

/** A step of a workflow, as in YAML. */
export type Step = Readonly<Record<string, unknown>>;

export interface WorkflowRun extends Ended {
  readonly log: WorkflowLog;
  /** Where steps may leave files for the test: `$RESULTS` in the workflow. */
  readonly results: string;
}

export interface ActRig {
  /** The action's own folder, a copy of what a release holds. */
  readonly action: string;
  /** Runs one job with these steps in a new repository. */
  runJob(steps: readonly Step[], options?: JobOptions): Promise<WorkflowRun>;
  /**
   * Runs a whole workflow in a repository that is there, with the artifact and cache servers.
   * @param workflow what is in it, or the path of its file in the repository, which is run as it is
   */
  runWorkflow(
    workflow: object | string,
    options: Pick<JobOptions, 'event' | 'secrets' | 'variables'> & { readonly repository: string },
  ): Promise<WorkflowRun>;
  close(): Promise<void>;
}

export interface JobOptions {
  readonly files?: Files;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Without them the runner has no artifact or cache service. */
  readonly services?: boolean;
  /** Where the artifact client is sent, instead of the server of this rig. */
  readonly artifactUrl?: string;
  /** What starts the workflow; a push by default. */
  readonly event?: {
    readonly name: string;
    readonly actor?: string;
    readonly payload?: object | ((commit: string) => object);
  };
  /** Variables of the runner, as GitHub would set them. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What a release holds: the built bundles and the files that they need. */
const RELEASED = ['action.yml', 'apply', 'package.json', 'dist', 'docker'];

/** Actions that the runner has at hand, with the versions that workflows name: there is nowhere to fetch one from. */
function actionsAtHand(action: string): readonly string[] {
  const [download, checkout] = ['download-action', 'checkout-action'].map((name) =>
    join(import.meta.dirname, name),
  );
  return [
    `org/cagent@v1=${action}`,
    `org/cagent@${CAGENT.sha}=${action}`,
    `org/download@v1=${download}`,
    `actions/checkout@${CHECKOUT.sha}=${checkout}`,
  ].flatMap((mapping) => ['--local-repository', mapping]);
}

/** Events that need more than their name. */
const TRIGGERS: Readonly<Record<string, object>> = {
  schedule: { schedule: [{ cron: '0 5 * * 1' }] },
  workflow_run: { workflow_run: { workflows: ['CI'], types: ['completed'] } },
};

/** A workflow runner with artifact and cache server, and the built action as `org/cagent@v1`. */
export async function startActRig(): Promise<ActRig> {
  const root = mkdtempSync(join(tmpdir(), 'e2e-act-'));
  const action = join(root, 'action');
  for (const path of RELEASED) {
    const source = join(RELEASE, path);
    if (!existsSync(source))
      throw new Error(`${source} is missing; script/build and script/generate.mjs make it`);
    cpSync(source, join(action, path), { recursive: true });
  }
  cpSync('.github/workflows', join(action, '.github/workflows'), { recursive: true });
  const artifactPort = await freePort();
  const proxy = await startArtifactProxy(artifactPort);
  const servers = [
    ['--artifact-server-path', join(root, 'artifacts')],
    ['--artifact-server-addr', '127.0.0.1'],
    ['--artifact-server-port', String(artifactPort)],
    ['--cache-server-path', join(root, 'cache')],
    ['--cache-server-addr', '127.0.0.1'],
  ].flat();
  let jobs = 0;

  async function act(
    workflow: object | string,
    event: { readonly name: string; readonly actor: string; readonly payload: object },
    place: {
      readonly directory: string;
      readonly repository: string;
      readonly artifactUrl: string | undefined;
    },
    { secrets, variables }: Required<Pick<JobOptions, 'secrets' | 'variables'>>,
  ) {
    const { directory, repository, artifactUrl } = place;
    writeFiles(directory, { 'event.json': JSON.stringify(event.payload) });
    if (typeof workflow === 'object') writeFiles(directory, { 'workflow.yml': stringify(workflow) });
    const file = typeof workflow === 'string' ? join(repository, workflow) : join(directory, 'workflow.yml');
    const args = [
      [event.name, '--json', '--actor', event.actor],
      ['--workflows', file, '--eventpath', join(directory, 'event.json')],
      ['ubuntu-latest', 'ubuntu-24.04'].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
      actionsAtHand(action),
      Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      Object.entries(secrets).flatMap(([name, value]) => ['--secret', `${name}=${value}`]),
      artifactUrl === undefined ? ['--no-cache-server'] : servers,
    ].flat();
    const ended = await run('act', args, {
      cwd: repository,
      env: {
        // act keeps its checkouts and the job's directories here; the node that runs the action is the first on PATH.
        XDG_CACHE_HOME: join(root, 'home'),
        PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}`,
        ...(artifactUrl === undefined ? {} : { ACTIONS_RUNTIME_URL: artifactUrl }),
      },
    });
    return { ...ended, log: new WorkflowLog(ended.stdout, ended.stderr) };
  }

  return {
    action,
    async runJob(steps, options = {}) {
      const { files = {}, secrets = {}, services = true, artifactUrl = proxy.url, variables = {} } = options;
      const { name: event, actor = 'mona', payload = {} } = options.event ?? { name: 'push' };
      jobs += 1;
      const directory = join(root, `job-${jobs}`);
      const results = join(directory, 'results');
      mkdirSync(results, { recursive: true });
      const repository = await makeRepository(join(directory, 'repository'), {
        'README.md': '# widget\n',
        ...files,
      });
      const env = { RESULTS: results, CHECKOUT: process.cwd() };
      const sent = typeof payload === 'function' ? payload(await headOf(repository)) : payload;
      const workflow = {
        on: TRIGGERS[event] ?? event,
        jobs: { job: { 'runs-on': 'ubuntu-latest', env, steps } },
      };
      const started = { name: event, actor, payload: sent };
      const place = { directory, repository, artifactUrl: services ? artifactUrl : undefined };
      return { ...(await act(workflow, started, place, { secrets, variables })), results };
    },
    async runWorkflow(workflow, { repository, event, secrets = {}, variables = {} }) {
      const { name = 'push', actor = 'mona', payload = {} } = event ?? {};
      jobs += 1;
      const directory = join(root, `job-${jobs}`);
      mkdirSync(directory, { recursive: true });
      const sent = typeof payload === 'function' ? payload(await headOf(repository)) : payload;
      const started = { name, actor, payload: sent };
      const place = { directory, repository, artifactUrl: proxy.url };
      const whole = typeof workflow === 'string' ? workflow : { on: TRIGGERS[name] ?? name, ...workflow };
      const ran = await act(whole, started, place, { secrets, variables });
      return { ...ran, results: directory };
    },
    async close() {
      await proxy.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolvePort) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
