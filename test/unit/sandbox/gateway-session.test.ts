import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { deferred } from '../../../src/core/deferred.js';
import type { Docker } from '../../../src/docker/client.js';
import type { GatewayStart } from '../../../src/gateway/protocol.js';
import { startGateway } from '../../../src/sandbox/gateway-session.js';
import { planContainers } from '../../../src/sandbox/plan-containers.js';
import { policyOf } from '../egress/policy-of.js';
import { containerInput, runSpec } from './spec-fixture.js';

/** A session with a gateway that says what the test says, up to its end. */
function session() {
  const stdout = new PassThrough();
  const done = deferred<{ exitCode: number | null; signal: null }>();
  const child = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    done: done.promise,
    kill: () => {},
  };
  const warnings: string[] = [];
  const { gateway: plan } = planContainers(containerInput(runSpec()));
  if (plan === undefined) throw new Error('no gateway in the plan');
  const start: GatewayStart = {
    policy: policyOf([]),
    link: { agent: '100.64.0.2', gateway: '100.64.0.1', prefix: 30 } as unknown as GatewayStart['link'],
    resolvers: [],
    extraRoots: undefined,
  };
  const gateway = startGateway({ start: () => child } as unknown as Docker, plan, start, {
    onRecord: () => {},
    onTraffic: () => {},
    onWarning: (message) => warnings.push(message),
  });
  const say = async (...events: object[]): Promise<void> => {
    for (const event of events) stdout.write(`${JSON.stringify(event)}\n`);
    for (let turns = 0; turns < 5; turns++) await turn();
  };
  const end = async (exitCode: number): Promise<void> => {
    done.resolve({ exitCode, signal: null });
    await gateway.ended;
  };
  return { gateway, warnings, say, end };
}

const READY = { event: 'ready' };

it('a gateway that ends while it serves has died, and the report says so once', async () => {
  const { gateway, warnings, say, end } = session();
  await say(READY, { event: 'fatal', code: 'gateway.failed', message: 'boom' });
  expect(gateway.died()?.message).toContain('The gateway ended during the run (boom)');
  await end(1);
  await gateway.finish();
  expect(warnings).toEqual([expect.stringContaining('The gateway ended during the run (boom)')]);
});

it('a gateway that is killed while it serves has died', async () => {
  const { gateway, warnings, say, end } = session();
  await say(READY);
  expect(gateway.died()).toBeUndefined();
  await end(137);
  expect(gateway.died()?.code).toBe('gateway.failed');
  expect(warnings).toHaveLength(1);
});

it('a gateway that ends without its last records while it closes is in the report', async () => {
  const { gateway, warnings, say, end } = session();
  await say(READY);
  const finished = gateway.finish();
  await end(137);
  await finished;
  expect(gateway.died()).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining('before it had written its last records')]);
});

it('a gateway that has written its last records leaves no warning', async () => {
  const { gateway, warnings, say, end } = session();
  await say(READY);
  const finished = gateway.finish();
  await say({ event: 'finished' });
  await finished;
  await end(0);
  expect([gateway.died(), warnings]).toEqual([undefined, []]);
});
