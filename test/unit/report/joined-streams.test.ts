import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AgentStream, joinStreams } from '../../../src/report/joined-streams.js';

const piece = fc.tuple(
  fc.constantFrom<AgentStream>('stdout', 'stderr'),
  fc.array(fc.boolean(), { maxLength: 12 }),
);

test('however two streams are cut, no line tears, no byte is lost, and each keeps its order', () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      let file = '';
      const joined = joinStreams((bytes) => {
        file += bytes.toString();
      });
      const sent = { stdout: '', stderr: '' };
      for (const [stream, ends] of pieces) {
        const text = ends.map((isEnd) => (isEnd ? '\n' : stream === 'stdout' ? 'o' : 'e')).join('');
        sent[stream] += text;
        joined.push(stream, Buffer.from(text));
      }
      // The last line of each may be open.
      for (const stream of ['stdout', 'stderr'] as const) joined.push(stream, Buffer.from('\n'));
      joined.end();
      const lines = file.split('\n');
      expect(lines.filter((line) => line.includes('o') && line.includes('e'))).toEqual([]);
      expect(file.replaceAll(/[e\n]/g, '')).toBe(sent.stdout.replaceAll('\n', ''));
      expect(file.replaceAll(/[o\n]/g, '')).toBe(sent.stderr.replaceAll('\n', ''));
      expect(file).toHaveLength(sent.stdout.length + sent.stderr.length + 2);
      for (const [name, letter] of [
        ['stdout', 'o'],
        ['stderr', 'e'],
      ] as const)
        expect(lines.filter((line) => line.includes(letter))).toEqual(
          sent[name].split('\n').filter((line) => line !== ''),
        );
    }),
  );
});

test('the beginning of a line is written at once', () => {
  const written: string[] = [];
  const joined = joinStreams((bytes) => written.push(bytes.toString()));
  joined.push('stderr', Buffer.from('Continue? '));
  expect(written).toEqual(['Continue? ']);
});

test('a line that never ends keeps the other stream away for a while only', () => {
  let length = 0;
  const joined = joinStreams((bytes) => {
    length += bytes.length;
  });
  joined.push('stdout', Buffer.from('x'));
  joined.push('stderr', Buffer.alloc(65_536, 'y'));
  expect(length).toBe(1);
  joined.push('stderr', Buffer.from('y'));
  expect(length).toBe(65_538);
});
