import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { NODE, RELEASE } from './cagent.js';
import { run } from './program.js';
import { type Files, headOf, makeRepository } from './repository.js';

/** How the main step ended, run with the variables and files that a runner gives it. */
export interface MainStep {
  readonly exitCode: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What was handed to the post step, on the runner's disk. */
  readonly state: string;
  /** Every file that is there at its end: the runner's own, the run directory, caches. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface MainStepOptions {
  readonly event: string;
  /** Of the event, or made from the commit that is checked out. */
  readonly payload?: object | ((commit: string) => object);
  readonly actor?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly apiUrl: string;
  readonly files?: Files;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The built main step alone: a workflow runner takes ten times as long, and a verdict needs none. */
export function runMainStep(options: MainStepOptions): Promise<MainStep> {
  return runStep('main', options);
}

/** The built step of `org/cagent/apply` alone, in a directory with `files`. */
export function runApplyStep(options: MainStepOptions): Promise<MainStep> {
  return runStep('apply', options);
}

async function runStep(bundle: 'main' | 'apply', options: MainStepOptions): Promise<MainStep> {
  const root = mkdtempSync(join(tmpdir(), 'e2e-main-'));
  try {
    const { event, payload = {}, actor = 'mona', inputs = {}, apiUrl } = options;
    const workspace = await makeRepository(join(root, 'workspace'), {
      'README.md': '# widget\n',
      ...options.files,
    });
    const commit = await headOf(workspace);
    const sent = typeof payload === 'function' ? payload(commit) : payload;
    mkdirSync(join(root, 'temp'));
    const file = (name: string, content = ''): string => {
      writeFileSync(join(root, name), content);
      return join(root, name);
    };
    const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
    const { exitCode, stdout } = await run(NODE, [join(RELEASE, `dist/${bundle}/index.js`)], {
      cwd: workspace,
      env: {
        GITHUB_ACTIONS: 'true',
        GITHUB_API_URL: apiUrl,
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/widget',
        GITHUB_RUN_ID: '1',
        GITHUB_SHA: commit,
        GITHUB_REF: 'refs/heads/main',
        GITHUB_WORKSPACE: workspace,
        GITHUB_WORKFLOW: 'agent',
        GITHUB_JOB: 'job',
        GITHUB_ACTOR: actor,
        GITHUB_TRIGGERING_ACTOR: actor,
        GITHUB_EVENT_NAME: event,
        GITHUB_EVENT_PATH: file('event.json', JSON.stringify(sent)),
        GITHUB_OUTPUT: file('output'),
        GITHUB_STATE: file('state'),
        GITHUB_STEP_SUMMARY: file('summary'),
        RUNNER_TEMP: join(root, 'temp'),
        XDG_CACHE_HOME: join(root, 'cache'),
        ...Object.fromEntries(variables),
        ...options.variables,
      },
    });
    const read = (name: string): string => readFileSync(join(root, name), 'utf8');
    return {
      exitCode,
      log: stdout.toString('utf8'),
      outputs: outputsIn(read('output')),
      summary: read('summary'),
      state: read('state'),
      files: filesBelow(root),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function filesBelow(root: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [relative(root, path), readFileSync(path)]));
}

/** `name<<delimiter`, the value, the delimiter. */
function outputsIn(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const match of text.matchAll(/^([\w-]+)<<(\S+)\n(.*?)\n?\2$/gms)) {
    outputs[match[1] as string] = match[3] as string;
  }
  return outputs;
}
