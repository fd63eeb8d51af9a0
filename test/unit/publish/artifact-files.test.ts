import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listArtifactFiles } from '../../../src/publish/artifact-files.js';

let outside: string;
let root: string;

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'artifact-files-'));
  root = join(outside, 'run');
  mkdirSync(join(root, 'scratch/deep'), { recursive: true });
  writeFileSync(join(outside, 'id_ed25519'), 'a key of the runner');
});
afterEach(() => rmSync(outside, { recursive: true, force: true }));

describe('what goes into the artifact', () => {
  it('every regular file, sorted', () => {
    writeFileSync(join(root, 'report.json'), '{}');
    writeFileSync(join(root, 'scratch/deep/note'), 'x');
    expect(listArtifactFiles(root)).toEqual({
      files: [join(root, 'report.json'), join(root, 'scratch/deep/note')],
      leftOut: [],
    });
  });

  it('a link to a file of the runner is not uploaded', () => {
    symlinkSync('../../id_ed25519', join(root, 'scratch/key'));
    expect(listArtifactFiles(root)).toEqual({ files: [], leftOut: ['scratch/key'] });
  });

  it('a link to a directory of the runner is not walked', () => {
    symlinkSync(outside, join(root, 'scratch/home'));
    expect(listArtifactFiles(root)).toEqual({ files: [], leftOut: ['scratch/home'] });
  });

  it('a FIFO cannot make the upload wait for ever', () => {
    execFileSync('mkfifo', [join(root, 'scratch/pipe')]);
    expect(listArtifactFiles(root)).toEqual({ files: [], leftOut: ['scratch/pipe'] });
  });

  it.each(['a:b', 'a"b', 'a<b', 'a>b', 'a|b', 'a*b', 'a?b', 'a\rb', 'a\nb'])(
    'the name %j, which the service refuses, does not cost the whole artifact',
    (name) => {
      writeFileSync(join(root, 'report.json'), '{}');
      writeFileSync(join(root, 'scratch', name), 'x');
      const { files, leftOut } = listArtifactFiles(root);
      expect(files).toEqual([join(root, 'report.json')]);
      expect(leftOut).toHaveLength(1);
      expect(leftOut[0]).not.toMatch(/[\r\n]/);
    },
  );

  it('a directory with such a name is left out whole', () => {
    mkdirSync(join(root, 'scratch/a:b'));
    writeFileSync(join(root, 'scratch/a:b/c'), 'x');
    expect(listArtifactFiles(root)).toEqual({ files: [], leftOut: ['scratch/a:b'] });
  });

  it('a name that is not UTF-8 does not stand for another file', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/scratch/`), Buffer.from([0xff])]), 'x');
    writeFileSync(join(root, 'scratch/\ufffd'), 'y');
    const { files, leftOut } = listArtifactFiles(root);
    expect(files).toEqual([join(root, 'scratch/\ufffd')]);
    expect(leftOut).toEqual(['scratch/\\xff']);
  });

  it('a second name of a file counts as a file', () => {
    writeFileSync(join(root, 'scratch/one'), 'x');
    linkSync(join(root, 'scratch/one'), join(root, 'scratch/two'));
    expect(listArtifactFiles(root).files).toHaveLength(2);
  });

  it('what an ordinary user cannot read is left out', () => {
    writeFileSync(join(root, 'scratch/closed'), 'x');
    chmodSync(join(root, 'scratch/closed'), 0o000);
    const readable = process.getuid?.() === 0;
    expect(listArtifactFiles(root).leftOut).toEqual(readable ? [] : ['scratch/closed']);
  });
});
