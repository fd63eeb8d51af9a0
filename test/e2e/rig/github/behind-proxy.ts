import { readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { makeCertificates } from '../../../fixtures/internet/certificates.js';

/** An API of GitHub at a name that nothing resolves, which only an HTTP proxy knows the way to. */
export interface BehindProxy {
  /** For GITHUB_API_URL. */
  readonly apiUrl: string;
  /** For HTTPS_PROXY: with the password that the proxy asks for. */
  readonly proxy: string;
  /** The certificate of the CA that the API's own comes from, and a file with it. */
  readonly ca: string;
  readonly caFile: string;
  /** What the proxy was asked to connect to. */
  readonly connected: readonly string[];
  close(): Promise<void>;
}

/**
 * @param target address of the fake of GitHub
 * @param certificateFor name in the certificate of the API
 */
export async function putBehindProxy(target: string, certificateFor: string): Promise<BehindProxy> {
  const certificates = makeCertificates([certificateFor]);
  const file = (name: string): string => readFileSync(join(certificates.directory, name), 'utf8');
  const api = createTlsServer({ cert: file('server.crt'), key: file('server.key') }, (incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  const apiPort = await listen(api);
  const connected: string[] = [];
  const proxy = createServer((_incoming, outgoing) => outgoing.writeHead(400).end());
  proxy.on('connect', ({ url, headers }, socket) => {
    socket.on('error', () => {});
    const credentials = `Basic ${Buffer.from('runner:pass word').toString('base64')}`;
    if (headers['proxy-authorization'] !== credentials) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    connected.push(url ?? '');
    const onward = connect(apiPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  const port = await listen(proxy);
  return {
    apiUrl: 'https://api.github.test',
    proxy: `http://runner:pass%20word@127.0.0.1:${port}`,
    ca: certificates.ca,
    caFile: join(certificates.directory, 'ca.crt'),
    connected,
    async close() {
      for (const server of [api, proxy]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      rmSync(certificates.directory, { recursive: true });
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
