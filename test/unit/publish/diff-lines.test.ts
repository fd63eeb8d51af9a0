import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../../src/publish/review/diff-lines.js';

const numbers = (lines: ReadonlyMap<number, number>): readonly number[] => [...lines.keys()];

describe('lines on which GitHub takes a comment', () => {
  it('are those that the hunks show, on both sides', () => {
    const patch = '@@ -3,3 +3,4 @@ function f() {\n a\n-b\n+B\n+b2\n c\n@@ -20 +21,2 @@\n x\n+y';
    const { newLines, oldLines, text } = diffLines(patch);
    expect(numbers(newLines)).toEqual([3, 4, 5, 6, 21, 22]);
    expect(numbers(oldLines)).toEqual([3, 4, 5, 20]);
    expect([newLines.get(6), newLines.get(21)]).toEqual([0, 1]);
    expect(text.get(4)).toBe('B');
  });

  it.each([
    ['no patch at all', '', []],
    ['a new file', '@@ -0,0 +1,2 @@\n+a\n+b', [1, 2]],
    ['a deleted file', '@@ -1,2 +0,0 @@\n-a\n-b', []],
    [
      'no newline at the end',
      '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file',
      [1],
    ],
    ['a line that looks like the head of a hunk', '@@ -1,2 +1,2 @@\n @@ -900,9 +900,9 @@\n-a\n+b', [1, 2]],
    ['an added line that looks like one', '@@ -0,0 +1,2 @@\n+@@ -9 +9 @@\n+x', [1, 2]],
    ['text before the first hunk', 'diff --git a b\n@@ -1 +1 @@\n a', [1]],
  ])('%s', (_, patch, expected) => {
    expect(numbers(diffLines(patch).newLines)).toEqual(expected);
  });

  it('have the text that the new file has there', () => {
    const line = fc.tuple(
      fc.constantFrom('+', '-', ' '),
      fc.constantFrom('', 'a', '@@ -1 +1 @@', '-x', '+y', '\\z'),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.nat(50), (lines, start) => {
        const counts = (kinds: string) => lines.filter(([kind]) => kinds.includes(kind)).length;
        const head = `@@ -${start + 1},${counts('- ')} +${start + 7},${counts('+ ')} @@`;
        const patch = [head, ...lines.map(([kind, text]) => kind + text)].join('\n');
        const after = lines.filter(([kind]) => kind !== '-').map(([, text], at) => [start + 7 + at, text]);
        expect([...diffLines(patch).text]).toEqual(after);
        expect(diffLines(patch).oldLines.size).toBe(counts('- '));
      }),
    );
  });
});
