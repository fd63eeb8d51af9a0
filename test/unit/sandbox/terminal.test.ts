import { expect, it } from 'vitest';
import type { ProcessResult } from '../../../src/core/process.js';
import type { Docker } from '../../../src/docker/client.js';
import { followSize } from '../../../src/sandbox/terminal.js';
import { runSpec, sandboxPlan } from './spec-fixture.js';

it('the size of a terminal that changes while an earlier one is being set is the one that stays', async () => {
  const { agent } = sandboxPlan(runSpec()).containers;
  const asked: { readonly size: string; done(): void }[] = [];
  const docker: Docker = {
    try: (args) =>
      new Promise<ProcessResult>((resolve) => {
        const done = () => resolve({ exitCode: 0, signal: null, stdout: Buffer.of(), stderr: Buffer.of() });
        asked.push({ size: args.slice(-4).join(' '), done });
      }),
    run: async () => '',
    start: () => {
      throw new Error('nothing starts');
    },
  };
  let size = { rows: 24, columns: 80 };
  let resized = (): void => {};
  followSize(docker, agent, {
    size: () => size,
    onResize: (listener) => {
      resized = listener;
      return () => {};
    },
  });
  // As stty does it: first the rows, then the columns.
  for (const next of [
    { rows: 33, columns: 80 },
    { rows: 33, columns: 99 },
  ]) {
    size = next;
    resized();
  }
  expect(asked.map((each) => each.size)).toEqual(['rows 24 cols 80']);
  asked[0]?.done();
  await expect.poll(() => asked.map((each) => each.size)).toEqual(['rows 24 cols 80', 'rows 33 cols 99']);
  asked[1]?.done();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toHaveLength(2);
});
