import { Socket } from 'node:dgram';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { createBudgets } from '../../../src/gateway/connection/budgets.js';
import type { NewRecord } from '../../../src/gateway/record/egress-log.js';
import { createUdpRelays } from '../../../src/gateway/udp/udp-relay.js';
import { policyOf } from '../egress/policy-of.js';

/** Errors that nobody catches fail the test run, as they would end the gateway and lose its last records. */

const HOST = 'time.example.com';
const policy = policyOf([{ dest: HOST, ports: ['123/udp'] }]);

function rig(addressesOf: () => Promise<readonly string[]>) {
  const records: NewRecord[] = [];
  const log = { add: (record: NewRecord) => void records.push(record), flush: () => {}, close: () => {} };
  const context = { policy, log, budgets: createBudgets(policy) };
  const relays = createUdpRelays([], { addressesOf }, context);
  const send = (): void =>
    relays.receive({ key: 'one', name: HOST, port: 123, message: Buffer.from('x'), reply: () => {} });
  return { records, relays, send };
}

it('an answer of DNS that comes after the end of the run opens nothing, and the record stands', async () => {
  let resolve = (_found: readonly string[]): void => {};
  const late = new Promise<readonly string[]>((settle) => {
    resolve = settle;
  });
  const { records, relays, send } = rig(() => late);
  send();
  relays.close();
  expect(records).toEqual([expect.objectContaining({ protocol: 'udp', host: HOST, bytesOut: 0 })]);
  resolve(['198.51.100.7']);
  for (let turns = 0; turns < 10; turns++) await turn();
  send();
  expect(records).toHaveLength(1);
});

it.each([
  ['has no route', async () => ['198.51.100.7']],
  ['cannot be looked up', () => Promise.reject(new Error('boom'))],
])('an exchange whose destination %s ends with its record', async (_name, addressesOf) => {
  // Whether there is a route is the machine's business, so the kernel's answer is set.
  const connect = vi.spyOn(Socket.prototype, 'connect');
  connect.mockImplementation((...args: unknown[]) => {
    process.nextTick(args[2] as (error: Error) => void, new Error('ENETUNREACH'));
  });
  const { records, relays, send } = rig(addressesOf);
  send();
  send();
  await expect
    .poll(() => records)
    .toEqual([expect.objectContaining({ protocol: 'udp', reason: 'upstream-failed', bytesOut: 0 })]);
  relays.close();
  connect.mockRestore();
});
