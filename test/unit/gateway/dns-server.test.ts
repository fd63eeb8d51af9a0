import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { serveDnsOverTcp } from '../../../src/gateway/dns/dns-server.js';

it('an agent that asks over TCP and never reads the answers is not asked for more', async () => {
  const questions = 200_000;
  let answered = 0;
  const server = createServer({ pauseOnConnect: true }, (client) =>
    serveDnsOverTcp(client, async () => {
      answered += 1;
      return Buffer.alloc(4_096);
    }),
  );
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const agent = connect(port, '127.0.0.1');
  agent.on('error', () => {});
  agent.write(Buffer.concat(Array.from({ length: questions }, () => Buffer.from([0, 4, 1, 2, 3, 4]))));
  let before = -1;
  while (before !== answered || answered === 0) {
    before = answered;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  agent.destroy();
  server.close();
  expect(answered).toBeLessThan(questions / 2);
});
