import { appendFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readVerifiedRun } from '../../../../src/publish/proposal/verified-run.js';
import { type ProposalRig, type RunParts, startProposalRig } from './rig.js';

const BASE = { 'a.txt': 'a\n', '.github/workflows/ci.yml': 'on: push\n' };
const EDITED = { ...BASE, 'a.txt': 'b\n' };

let rig: ProposalRig;
let start: string;

beforeEach(async () => {
  rig = await startProposalRig();
  start = rig.fake.store.commit('main', BASE);
});
afterEach(async () => {
  expect(rig.fake.problems).toEqual([]);
  await rig.close();
});

function added(path: string, mode = '100644', text = 'x'): string {
  return [
    `diff --git a/${path} b/${path}`,
    `new file mode ${mode}`,
    '--- /dev/null',
    `+++ b/${path}`,
    '@@ -0,0 +1 @@',
    `+${text}`,
    '',
  ].join('\n');
}

/** A run whose patch and list of changes both say the same. */
function consistent(patch: string, paths: readonly string[]): RunParts {
  return {
    patch,
    forge: ({ report, changes }) => {
      Object.assign(changes, { files: paths.map((path) => ({ path, status: 'added' })) });
      Object.assign(report.changes as object, { files: paths.length });
    },
  };
}

async function refused(parts: RunParts, files = EDITED): Promise<string> {
  const outcome = rig.propose(rig.runOf(start, files, parts).directory).then(
    (value) =>
      value.kind === 'blocked' ? `blocked ${value.guarded}` : expect.unreachable(JSON.stringify(value)),
    (thrown: Error) => thrown.message,
  );
  const message = await outcome;
  expect(rig.fake.writes()).toEqual([]);
  return message;
}

describe('a patch that is an attack changes nothing', () => {
  it.each([
    ['a workflow', '.github/workflows/evil.yml', 'blocked .github/workflows/evil.yml'],
    ['a workflow in another letter case', '.GitHub/Workflows/evil.yml', 'blocked .GitHub/Workflows/evil.yml'],
    ['an owners file in another letter case', 'docs/codeowners', 'blocked docs/codeowners'],
    ['the configuration of cagent', 'cagent.yml', 'blocked cagent.yml'],
    ['attributes that start a filter', '.gitattributes', 'blocked .gitattributes'],
    ['a hook', '.git/hooks/post-checkout', 'not apply'],
    ['a hook by another letter case', '.GIT/hooks/post-checkout', 'not apply'],
    ['a hook by a short name of Windows', 'git~1/hooks/post-checkout', 'not apply'],
    ['a hook below a directory', 'sub/.Git/config', 'not apply'],
    ['a path upwards', '../outside.txt', 'not apply'],
    ['a path upwards from within', 'docs/../../outside.txt', 'not apply'],
    ['an absolute path', '/etc/cron.d/evil', 'not apply'],
  ])('%s', async (_, path, message) => {
    expect(await refused(consistent(added(path), [path]))).toContain(message);
  });

  it.each([
    '/etc/passwd',
    '../../outside',
    '../docs/../../outside',
    '../.git/hooks/post-checkout',
    '../.GIT/config',
  ])('a link to %s', async (target) => {
    const message = await refused(consistent(added('docs/link', '120000', target), ['docs/link']));
    expect(message).toMatch(/link|not apply/);
  });

  it('a submodule', async () => {
    const patch = added('vendored', '160000', `Subproject commit ${'a'.repeat(40)}`);
    expect(await refused(consistent(patch, ['vendored']))).toMatch(/submodule|not apply/);
  });

  it('a file that hides behind the header of another', async () => {
    const patch = added('a.md').replace('+++ b/a.md', '+++ b/.github/workflows/evil.yml');
    expect(await refused(consistent(patch, ['a.md']))).toMatch(/not agree|not apply|blocked/);
  });

  it('a second file that the list does not have', async () => {
    expect(await refused(consistent(added('a.md') + added('.github/evil.yml'), ['a.md']))).toContain(
      'do not agree about .github/evil.yml',
    );
  });

  it('a rename out of a protected place', async () => {
    const patch =
      'diff --git a/.github/workflows/ci.yml b/ci.yml\nsimilarity index 100%\nrename from .github/workflows/ci.yml\nrename to ci.yml\n';
    const forge: RunParts['forge'] = ({ report, changes }) => {
      Object.assign(changes, {
        files: [{ path: 'ci.yml', status: 'renamed', oldPath: '.github/workflows/ci.yml' }],
      });
      Object.assign(report.changes as object, { files: 1 });
    };
    expect(await refused({ patch, forge })).toContain('blocked .github/workflows/ci.yml');
  });

  it('a start that is another name than a commit', async () => {
    const forge: RunParts['forge'] = ({ changes }) => Object.assign(changes, { baseCommit: '../../../user' });
    expect(await refused({ forge })).toContain('baseCommit');
  });
});

describe('a run directory that is not as cagent left it is refused', () => {
  it.each<[string, NonNullable<RunParts['forge']>, string]>([
    [
      'a report of another patch',
      ({ report }) => Object.assign(report.changes as object, { patchSha256: 'a'.repeat(64) }),
      'SHA-256',
    ],
    [
      'a report without the hash',
      ({ report }) => Object.assign(report.changes as object, { patchSha256: undefined }),
      'patchSha256',
    ],
    [
      'a report of fewer files',
      ({ report }) => Object.assign(report.changes as object, { files: 0 }),
      'files',
    ],
    [
      'a report of another version',
      ({ report }) => Object.assign(report, { schema: 'cagent.report/2' }),
      'schema',
    ],
    [
      'a run id that is text for a page',
      ({ report }) => Object.assign(report, { runId: 'x](https://evil.test)' }),
      'runId',
    ],
    ...['../main', 'my agent', 'Claude', 'x\n', '-x', 'a'.repeat(33), ''].map(
      (name): [string, NonNullable<RunParts['forge']>, string] => [
        `an agent that nobody can define: ${name}`,
        ({ report }) => Object.assign(report, { agent: { name, usage: {} } }),
        'agent.name',
      ],
    ),
    ['a list of another size', ({ changes }) => Object.assign(changes, { patchBytes: -1 }), 'patchBytes'],
  ])('%s', async (_, forge, where) => {
    const { directory } = rig.runOf(start, EDITED, { forge });
    await expect(readVerifiedRun(directory, undefined)).rejects.toMatchObject({
      code: 'apply.run',
      message: expect.stringContaining(where),
    });
  });

  it('but not the run of an agent that the user has defined', async () => {
    const forge: RunParts['forge'] = ({ report }) =>
      Object.assign(report, { agent: { name: 'my-agent', usage: {} } });
    const { directory } = rig.runOf(start, EDITED, { forge });
    expect(await readVerifiedRun(directory, undefined)).toMatchObject({ agent: 'my-agent' });
  });

  it('a patch that was changed afterwards', async () => {
    const { directory } = rig.runOf(start, EDITED);
    appendFileSync(join(directory, 'changes.patch'), added('evil.txt'));
    await expect(readVerifiedRun(directory, undefined)).rejects.toMatchObject({ code: 'apply.run' });
  });

  it('another run than the job of the agent told, though it is of one piece', async () => {
    const { directory } = rig.runOf(start, EDITED);
    await expect(readVerifiedRun(directory, 'b'.repeat(64))).rejects.toThrow('the job of the agent said');
  });

  it('a patch with a secret that was masked', async () => {
    const forge: RunParts['forge'] = ({ report }) =>
      Object.assign(report.changes as object, { patchMasked: true });
    const { directory } = rig.runOf(start, EDITED, { forge });
    await expect(readVerifiedRun(directory, undefined)).rejects.toThrow(
      'a secret value in the patch was masked',
    );
  });

  it.each(['report.json', 'changes.patch'])('a link in the place of %s', async (name) => {
    const { directory } = rig.runOf(start, EDITED);
    writeFileSync(join(directory, 'elsewhere'), '{}');
    rmSync(join(directory, name));
    symlinkSync(join(directory, 'elsewhere'), join(directory, name));
    await expect(readVerifiedRun(directory, undefined)).rejects.toMatchObject({ code: 'apply.run' });
  });

  it.each(['report.json', 'changes.json', 'changes.patch'])('one without %s', async (name) => {
    const { directory } = rig.runOf(start, EDITED);
    rmSync(join(directory, name));
    await expect(readVerifiedRun(directory, undefined)).rejects.toMatchObject({ code: 'apply.run' });
  });
});

describe('text of the agent', () => {
  const MESSAGE = [
    'Done @mona, fixes #1.',
    '```',
    '<!-- cagent:apply:other --> <img src="https://evil.test/x"> [click](https://evil.test) @everyone',
    '~~~~',
    '\u001b[31mred\u202e::error::forged',
    'x'.repeat(40_000),
  ].join('\n');

  it('is shown in the pull request and does nothing there', async () => {
    await rig.propose(rig.runOf(start, EDITED, { finalMessage: MESSAGE }).directory);
    const body = rig.fake.state.pulls[0]?.body ?? '';
    const fence = /\n(`{4,})text\n([\s\S]*?)\n\1\n/.exec(body);
    expect(fence?.[2]).toContain('@everyone');
    expect(body.replace(fence?.[0] ?? '', '')).not.toMatch(/@|evil\.test|fixes/);
    expect(body).not.toMatch(/[\p{Cf}]|(?!\n)\p{Cc}/u);
    expect(body.length).toBeLessThan(30_000);
  });

  it('is not in the commit, where GitHub would close issues for it', async () => {
    await rig.propose(rig.runOf(start, EDITED, { finalMessage: MESSAGE }).directory);
    const message = rig.fake.store.text('log', '-1', '--format=%B', 'cagent/refactor-claude');
    expect(message).toMatch(/^Changes by claude\n\nCagent-Run: \d{8}-\d{6}-\w+$/);
  });

  it('a title from elsewhere stays one line without hidden characters', async () => {
    const title = `Fix\nCagent-Run: forged\u202e${'y'.repeat(400)}`;
    await rig.propose(rig.runOf(start, EDITED).directory, { title });
    expect(rig.fake.state.pulls[0]?.title).toMatch(/^Fix\\nCagent-Run: forged\\u202ey+…$/);
    expect(
      rig.fake.store.text('log', '-1', '--format=%B', 'cagent/refactor-claude').split('\n'),
    ).toHaveLength(3);
  });

  it('names of files cannot leave their line in the list', async () => {
    const name = 'x`@mona\n\n# heading';
    await rig.propose(rig.runOf(start, { ...BASE, [name]: 'x' }).directory);
    expect(rig.fake.state.pulls[0]?.body).toContain('- ``x`@mona\\n\\n# heading``');
  });
});
