import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Report } from '../../../src/report/report.js';
import { type Ended, type ProgramOptions, type Started, start } from './program.js';
import { type Files, makeRepository } from './repository.js';

/** Node 24, as the action has it. */
export const NODE = resolve('node_modules/node/bin/node');
/** The folder under test: this checkout, or an unpacked release. */
export const RELEASE = resolve(process.env.CAGENT_E2E_RELEASE ?? '.');
const CAGENT = join(RELEASE, 'dist/cli/index.js');

export interface Workspace {
  readonly directory: string;
  /** Run directory of the last run. */
  readonly out: string;
  /** Starts `cagent run` with these options, the workspace and the run directory, and a command. */
  start(options: readonly string[], command: readonly string[], program?: ProgramOptions): Started;
  /** The same, to its end. */
  run(options: readonly string[], command: readonly string[], program?: ProgramOptions): Promise<Ended>;
  report(): Report;
  read(file: string): string;
  remove(): void;
}

/** Starts the built command line with any arguments. */
export function cagent(args: readonly string[], program: ProgramOptions = {}): Started {
  const env = { GITHUB_ACTIONS: undefined, ...program.env };
  return start(NODE, [CAGENT, ...args], { ...program, env });
}

/** A repository to run in. */
export async function makeWorkspace(files: Files = {}): Promise<Workspace> {
  const root = mkdtempSync(join(tmpdir(), 'e2e-cli-'));
  const directory = await makeRepository(join(root, 'repository'), { 'README.md': '# widget\n', ...files });
  const out = join(root, 'run');
  const begin: Workspace['start'] = (options, command, program) => {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    const own = ['run', '--workspace', directory, '--out', out];
    return cagent([...own, ...options, '--', ...command], program);
  };
  const read = (file: string): string => readFileSync(join(out, file), 'utf8');
  return {
    directory,
    out,
    start: begin,
    run: (options, command, program) => begin(options, command, program).ended,
    report: () => JSON.parse(read('report.json')) as Report,
    read,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
