import { describe, expect, it } from 'vitest';
import type { ChangedFile, Changes } from '../../../src/changes/changes.js';
import { changedFileLines } from '../../../src/publish/changed-files.js';
import { changes as sample } from '../report/samples.js';

function changesOf(files: readonly ChangedFile[], sensitive: Changes['sensitive'] = []): Changes {
  return { ...sample, files, sensitive };
}

describe('annotations on changed files', () => {
  it('say what became of each, those that need a close look first', () => {
    const files: readonly ChangedFile[] = [
      { path: 'a.ts', status: 'modified', added: 1_200, deleted: 0 },
      { path: 'logo.png', status: 'added', binary: true },
      { path: 'package.json', status: 'modified', added: 1, deleted: 1 },
    ];
    expect(changedFileLines(changesOf(files, [{ path: 'package.json', reason: 'scripts' }]))).toEqual([
      { file: 'package.json', text: "The agent's patch: modified, +1 −1; needs a close look: scripts" },
      { file: 'a.ts', text: "The agent's patch: modified, +1,200 −0" },
      { file: 'logo.png', text: "The agent's patch: added, binary" },
    ]);
  });

  it('are ten at most, and the last counts the rest', () => {
    const files = Array.from({ length: 25 }, (_, at) => ({ path: `${at}`, status: 'added' as const }));
    const lines = changedFileLines(changesOf(files));
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toEqual({ text: "The agent's patch: 16 more files; see changes.json" });
  });

  it('are none when nothing was captured', () => {
    expect(changedFileLines(undefined)).toEqual([]);
  });

  it('show no character of a name that cannot be seen', () => {
    const [line] = changedFileLines(changesOf([{ path: 'a\n::error::b\u202e', status: 'added' }]));
    expect(line?.file).toBe('a\\n::error::b\\u202e');
  });
});
