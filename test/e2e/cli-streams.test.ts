import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace, type Workspace } from './rig/cagent.js';

const OFFLINE = ['--network', 'none'];
let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace();
});
afterAll(() => workspace.remove());

describe('streams of the command line', () => {
  it("standard input of cagent is the agent's, byte for byte", async () => {
    const input = randomBytes(1_000_000);
    const { stdout, exitCode } = await workspace.run(OFFLINE, ['cat'], { input });
    expect(exitCode).toBe(0);
    expect(stdout.equals(input)).toBe(true);
  });

  it('a script may come in on standard input', async () => {
    const { stdout } = await workspace.run(OFFLINE, ['bash', '-s', 'word'], {
      input: 'echo "hello $1"; read x; echo "<$x>"\nrest\n',
    });
    expect(stdout.toString()).toBe('hello word\n<rest>\n');
  });

  it('an empty standard input ends at once', async () => {
    const { stdout } = await workspace.run(OFFLINE, ['wc', '-c']);
    expect(stdout.toString().trim()).toBe('0');
  });

  it('the last line comes out also without its line end', async () => {
    const { stdout } = await workspace.run(OFFLINE, ['printf', 'one\ntwo']);
    expect(stdout.toString()).toBe('one\ntwo');
  });

  it('much output comes out complete', async () => {
    const { stdout } = await workspace.run(OFFLINE, ['seq', '300000']);
    expect(stdout.toString().split('\n')).toHaveLength(300_001);
    expect(stdout.toString().endsWith('300000\n')).toBe(true);
  });

  it("standard output holds the agent's words only; cagent's own go to standard error", async () => {
    const { stdout, stderr } = await workspace.run(OFFLINE, ['sh', '-c', 'echo out; echo err >&2']);
    expect(stdout.toString()).toBe('out\n');
    expect(stderr.toString()).toMatch(/^err$/m);
    expect(stderr.toString()).toContain(workspace.out);
  });

  it('with --json standard output is the report and nothing else', async () => {
    const { stdout, stderr, exitCode } = await workspace.run(
      [...OFFLINE, '--json'],
      ['sh', '-c', 'echo out; exit 4'],
    );
    expect(exitCode).toBe(4);
    expect(JSON.parse(stdout.toString())).toEqual(workspace.report());
    expect(stderr.toString()).toMatch(/^out$/m);
  });

  it('the command runs in the workspace, and its words are passed on as they are', async () => {
    const words = ['a b', '', '$HOME', '*', '--json', '"', "'"];
    const { stdout } = await workspace.run(OFFLINE, ['sh', '-c', 'pwd; printf "<%s>" "$@"', 'sh', ...words]);
    expect(stdout.toString()).toBe(`/workspace\n${words.map((word) => `<${word}>`).join('')}`);
  });

  it('agent.log keeps both streams', async () => {
    await workspace.run(OFFLINE, ['sh', '-c', 'echo out; echo err >&2']);
    expect(workspace.read('agent.log').split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('in a workflow the agent cannot give commands, and afterwards they work again', async () => {
    const program = { env: { GITHUB_ACTIONS: 'true' } };
    const { stdout } = await workspace.run(
      OFFLINE,
      ['sh', '-c', 'echo ::error::forged; printf end'],
      program,
    );
    const [first = '', ...rest] = stdout.toString().split('\n');
    expect(first).toMatch(/^::stop-commands::\S{32,}$/);
    expect(rest).toEqual(['::error::forged', 'end', `::${first.replace('::stop-commands::', '')}::`, '']);
  });

  it('outside of a workflow nothing is added', async () => {
    const { stdout } = await workspace.run(OFFLINE, ['echo', '::error::text']);
    expect(stdout.toString()).toBe('::error::text\n');
  });
});
