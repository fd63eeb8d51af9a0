import { expect, it } from 'vitest';
import type { Docker } from '../../../src/docker/client.js';
import { removeObjects } from '../../../src/sandbox/remove.js';

/** An engine that refuses with these words, one after the other, and then no longer. */
function refusing(calls: string[], words: readonly string[]): Docker {
  const left = [...words];
  return {
    try: async (args) => {
      calls.push(args.join(' '));
      const refusal = left.shift();
      const stderr = Buffer.from(refusal === undefined ? '' : `Error response from daemon: ${refusal}\n`);
      return { exitCode: refusal === undefined ? 0 : 1, signal: null, stdout: Buffer.of(), stderr };
    },
    run: async () => '',
    start: () => {
      throw new Error('nothing starts');
    },
  };
}

const CONTAINER = { containers: ['cagent-x'], volumes: [], networks: [] };

it('a container that the engine is removing already is gone when its volumes are removed', async () => {
  const calls: string[] = [];
  const docker = refusing(calls, [
    'removal of container cagent-x is already in progress',
    'removal of container cagent-x is already in progress',
    'No such container: cagent-x',
    'remove cagent-v: volume is in use - [0123]',
  ]);
  expect(await removeObjects(docker, { ...CONTAINER, volumes: ['cagent-v'] })).toEqual([]);
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['rm', 'rm', 'rm', 'volume', 'volume']);
});

it('a refusal that does not pass is told at once', async () => {
  const calls: string[] = [];
  const docker = refusing(calls, ['driver failed to remove root filesystem']);
  expect(await removeObjects(docker, CONTAINER)).toEqual([
    'Error response from daemon: driver failed to remove root filesystem',
  ]);
  expect(calls).toHaveLength(1);
});
