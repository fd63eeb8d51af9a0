import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeBarePatch } from '../../../../src/changes/bare-patch.js';
import type { StoreFiles } from '../../../e2e/rig/github/git-store.js';
import { type ProposalRig, startProposalRig } from './rig.js';

const BRANCH = 'cagent/refactor-claude';
const BASE = {
  'a.txt': 'one\ntwo\nthree\n',
  'old name.txt': 'moved as it is, with enough text to be known again\n',
  'run.sh': '#!/bin/sh\n',
  CODEOWNERS: '* @mona\n',
};
const EDITED: StoreFiles = {
  'a.txt': 'one\n2\nthree\n',
  'new name.txt': BASE['old name.txt'],
  'run.sh': { mode: '100755', content: BASE['run.sh'] },
  'binary.bin': 'a\0b',
  CODEOWNERS: BASE.CODEOWNERS,
};

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

/** A patch as people make one, with renames, and the tree that it comes to. */
function patchOf(files: StoreFiles, ...options: readonly string[]) {
  const commit = rig.fake.store.commit('theirs', files, { from: start });
  rig.fake.store.git(['update-ref', '-d', 'refs/heads/theirs']);
  const patch = rig.fake.store.git(['diff', '-M', '--binary', '--full-index', ...options, start, commit]);
  return { patch, commit, tree: rig.fake.store.tree(commit) };
}

describe('a patch without a run directory', () => {
  it('becomes a pull request with exactly its tree: renames, modes and binary files too', async () => {
    const { patch, tree } = patchOf(EDITED);
    expect(patch.toString()).toContain('rename from old name.txt');
    const outcome = await rig.proposePatch(patch, start);
    expect(outcome).toMatchObject({ kind: 'created', tree, changedFiles: 5 });
    expect(rig.fake.state.pulls).toMatchObject([{ title: 'Apply a patch', head: BRANCH }]);
    expect(rig.fake.state.pulls[0]?.body).toContain('A patch that changes 5 files');
  });

  it('takes no more memory than its size explains, whatever a binary delta announces', async () => {
    const content = 'x'.repeat(2 ** 16);
    start = rig.fake.store.commit('main', { ...BASE, 'a.bin': content });
    const copies = 5_000;
    // Copies all 64 KiB of the file again and again: 312 MiB from a patch of some hundred bytes.
    const delta = Buffer.concat([
      varint(content.length),
      varint(content.length * copies),
      Buffer.alloc(copies, 0x80),
    ]);
    const patch = [
      'diff --git a/a.bin b/a.bin',
      `index ${blobId(content)}..${'1'.repeat(40)} 100644`,
      'GIT binary patch',
      `delta ${delta.length}`,
      ...base85Lines(deflateSync(delta)),
      '',
      '',
    ].join('\n');
    expect(patch.length).toBeLessThan(500);
    await expect(rig.proposePatch(patch, start)).rejects.toThrow(/over limit/);
  });

  it('as an e-mail with a message too, of which nothing gets into the commit', async () => {
    const { commit, tree } = patchOf(EDITED);
    const mail = rig.fake.store.git(['format-patch', '--stdout', '--binary', '--full-index', '-1', commit]);
    expect(await rig.proposePatch(`Fixes #1 @everyone\n${mail}`, start)).toMatchObject({
      kind: 'created',
      tree,
    });
    expect(rig.fake.store.text('log', '-1', '--format=%B', BRANCH)).toMatch(
      /^Apply a patch\n\nCagent-Run: patch-[0-9a-f]{16}\s*$/,
    );
  });

  it('updates the pull request of the one before', async () => {
    await rig.proposePatch(patchOf(EDITED).patch, start);
    const next = patchOf({ ...BASE, 'a.txt': 'other\n' });
    expect(await rig.proposePatch(next.patch, start)).toMatchObject({ kind: 'updated', tree: next.tree });
    expect(rig.fake.state.pulls).toHaveLength(1);
  });

  it('goes onto a base that has moved on', async () => {
    const { patch } = patchOf({ ...BASE, 'a.txt': 'one\n2\nthree\n' });
    const head = rig.fake.store.commit('main', { ...BASE, 'b.txt': 'b\n' });
    expect(await rig.proposePatch(patch, start)).toMatchObject({ kind: 'created', base: 'rebased' });
    expect(rig.fake.store.text('rev-parse', `${BRANCH}^`)).toBe(head);
  });

  it('is under the policy of the base branch: protected files, caps, excluded paths', async () => {
    const owners = patchOf({ ...BASE, CODEOWNERS: '* @mallory\n' }).patch;
    expect(await rig.proposePatch(owners, start)).toEqual({ kind: 'blocked', guarded: ['CODEOWNERS'] });
    const renamed = patchOf({ 'a.txt': BASE['a.txt'], 'x.txt': BASE.CODEOWNERS }).patch;
    expect(await rig.proposePatch(renamed, start)).toMatchObject({
      kind: 'blocked',
      guarded: ['CODEOWNERS'],
    });
    const { patch } = patchOf(EDITED);
    rig.fake.store.commit('main', { ...BASE, 'cagent.yml': 'version: 1\npatch: { max-files: 4 }\n' });
    expect(await rig.proposePatch(patch, start)).toMatchObject({
      kind: 'over-cap',
      why: 'it changes 5 files, patch.max-files allows 4',
    });
    rig.fake.store.commit('main', { ...BASE, 'cagent.yml': 'version: 1\npatch: { max-kilobytes: 0 }\n' });
    expect(await rig.proposePatch(patch, start)).toMatchObject({ kind: 'over-cap' });
    expect(rig.fake.writes()).toEqual([]);
  });

  it('that names a flood of paths is not looked up path by path', async () => {
    const headers = Array.from({ length: 2_000 }, (_, at) => `--- a/deep/${at}/${at}.txt\n`).join('');
    const before = rig.fake.requests.length;
    expect(await rig.proposePatch(`${headers}${patchOf(EDITED).patch}`, start)).toMatchObject({
      kind: 'over-cap',
      why: 'it names far more files than patch.max-files allows, which is 100',
    });
    expect(rig.fake.requests.length - before).toBeLessThan(20);
  });

  it('that is empty closes what is open, and one that changes nothing too', async () => {
    const { patch } = patchOf(EDITED);
    await rig.proposePatch(patch, start);
    expect(await rig.proposePatch('', start)).toMatchObject({ kind: 'closed' });
  });

  it.each([
    ['another commit', (patch: string) => patch.replaceAll('two', 'zwei'), 'does not apply'],
    ['a path out of the repository', (patch: string) => patch.replaceAll('a.txt', '../a.txt'), ''],
    ['a path into .git', (patch: string) => patch.replaceAll('b/a.txt', 'b/.git/config'), ''],
    ['words', () => 'please change the file\n', 'does not apply'],
    ['a header that lies', (patch: string) => patch.replace('--- a/a.txt', '--- a/CODEOWNERS'), ''],
  ])('with %s is refused and nothing is written', async (_, change, message) => {
    const patch = change(patchOf({ ...BASE, 'a.txt': 'one\n2\nthree\n' }).patch.toString());
    await expect(rig.proposePatch(patch, start)).rejects.toMatchObject({
      code: 'changes.apply',
      message: expect.stringContaining(message),
    });
    expect(rig.fake.writes()).toEqual([]);
  });

  it.each([
    ['a submodule', '160000', 'a'.repeat(40)],
    ['a link that leaves', '120000', '../../etc/passwd'],
    ['a link into .git', '120000', '.git/config'],
  ])('that makes %s is refused', async (_, mode, content) => {
    const text =
      mode === '160000' ? `Subproject commit ${content}\n` : `${content}\n\\ No newline at end of file\n`;
    const patch = `diff --git a/x b/x\nnew file mode ${mode}\nindex 0000000..1111111\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+${text}`;
    await expect(rig.proposePatch(patch, start)).rejects.toMatchObject({ code: 'changes.apply' });
    expect(rig.fake.writes()).toEqual([]);
  });

  it('that is not the one that was promised is refused', async () => {
    const { patch } = patchOf(EDITED);
    const right = createHash('sha256').update(patch).digest('hex');
    await expect(rig.proposePatch(`${patch}\n`, start, {}, right)).rejects.toMatchObject({
      code: 'apply.run',
    });
    expect(await rig.proposePatch(patch, start, {}, right)).toMatchObject({ kind: 'created' });
  });

  it('is no link to another file of the runner', async () => {
    const root = mkdtempSync(join(tmpdir(), 'bare-patch-'));
    symlinkSync('/etc/passwd', join(root, 'link'));
    await expect(takeBarePatch(join(root, 'link'), start, join(root, 'copy'))).rejects.toMatchObject({
      code: 'changes.apply',
    });
    await expect(takeBarePatch(root, start, join(root, 'copy'))).rejects.toThrow('no regular file');
    rmSync(root, { recursive: true });
  });
});

function blobId(content: string): string {
  return createHash('sha1').update(`blob ${content.length}\0${content}`).digest('hex');
}

/** A size as git's deltas have it: seven bits a byte, the lowest first. */
function varint(size: number): Buffer {
  const bytes: number[] = [];
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** Binary content as git's patches have it: 52 bytes a line, each line with its length first. */
function base85Lines(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 52) {
    const part = bytes.subarray(at, at + 52);
    const padded = Buffer.concat([part, Buffer.alloc((4 - (part.length % 4)) % 4)]);
    let text = String.fromCharCode(part.length <= 26 ? 64 + part.length : 70 + part.length);
    for (let word = 0; word < padded.length; word += 4) {
      let rest = padded.readUInt32BE(word);
      let digits = '';
      for (let digit = 0; digit < 5; digit++) {
        digits = (DIGITS[rest % 85] as string) + digits;
        rest = Math.floor(rest / 85);
      }
      text += digits;
    }
    lines.push(text);
  }
  return lines;
}
