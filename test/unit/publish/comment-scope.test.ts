import { describe, expect, it } from 'vitest';
import { commentKey } from '../../../src/publish/comment-marker.js';
import { commentScope } from '../../../src/publish/comment-scope.js';

const JOB = { GITHUB_WORKFLOW_REF: 'acme/widget/.github/workflows/a.yml@refs/heads/x', GITHUB_JOB: 'agent' };
const keyOf = (text: string): string => commentKey(JOB, 'claude', commentScope(text).key);

describe('the jobs of a matrix', () => {
  it('each have a comment of their own, which says whose it is', () => {
    const texts = ['{\n  "dir": "a",\n  "node": 24\n}', '{"dir":"b","node":24}'];
    expect(new Set(texts.map(keyOf)).size).toBe(2);
    expect(texts.map((text) => commentScope(text).label)).toEqual(['a, 24', 'b, 24']);
  });

  it('find it again, however GitHub writes the values', () => {
    expect(keyOf('{\n  "dir": "a"\n}')).toBe(keyOf('{"dir":"a"}'));
  });

  it.each(['', ' ', 'null', '{}'])('a job without a matrix (%j) keeps the comment that it has', (text) => {
    expect(keyOf(text)).toBe(commentKey(JOB, 'claude'));
    expect(commentScope(text).label).toBe('');
  });

  it.each(['packages/a', '7', 'true', '"x"'])('any text of the user counts: %s', (text) => {
    expect(keyOf(text)).not.toBe(commentKey(JOB, 'claude'));
    expect(commentScope(text)).toEqual({ key: text, label: text });
  });

  it('values that hold more values are shown too', () => {
    expect(commentScope('{"on":{"os":"a"},"x":[1]}').label).toBe('{"os":"a"}, [1]');
  });
});
