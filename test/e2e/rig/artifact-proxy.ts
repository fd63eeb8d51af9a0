import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands between the artifact client and the artifact server of act, which differ from GitHub's in three places:
 * act's protobuf refuses the field `mime_type`, its signed URLs end in `=` which the client's storage library cuts
 * off, and they point at act itself. Everything else passes through unchanged.
 */
export interface ArtifactProxy {
  /** For `ACTIONS_RUNTIME_URL` in act's own environment. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param serverPort port of act's artifact server on 127.0.0.1; it need not listen yet */
export async function startArtifactProxy(serverPort: number): Promise<ArtifactProxy> {
  const server = createServer((incoming, outgoing) => void forward(incoming, outgoing, serverPort));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): Promise<void> {
  const isCall = incoming.headers['content-type']?.includes('json') === true;
  const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
  delete headers['content-length'];
  delete headers['transfer-encoding'];
  const target = {
    host: '127.0.0.1',
    port,
    method: incoming.method,
    path: restoreSignature(incoming.url ?? '/'),
  };
  const upstream = request(
    { ...target, headers },
    (answer) => void answerTo(answer, outgoing, incoming, port),
  );
  upstream.on('error', () => outgoing.writeHead(502).end());
  if (isCall) upstream.end(withoutMimeType(await textOf(incoming)));
  else incoming.pipe(upstream);
}

async function answerTo(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  incoming: IncomingMessage,
  port: number,
): Promise<void> {
  const headers = { ...answer.headers };
  if (answer.headers['content-type']?.includes('json') !== true) {
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    answer.pipe(outgoing);
    return;
  }
  delete headers['content-length'];
  const text = (await textOf(answer)).replaceAll(
    `http://127.0.0.1:${port}/`,
    `http://${incoming.headers.host}/`,
  );
  outgoing.writeHead(answer.statusCode ?? 502, headers).end(text);
}

/** Base64 has a length that is a multiple of four; the client's storage library drops the padding. */
function restoreSignature(path: string): string {
  return path.replace(/([?&]sig=)([^&]*)/, (_, key: string, signature: string) => {
    const bare = decodeURIComponent(signature).replace(/=+$/, '');
    return key + encodeURIComponent(bare.padEnd(Math.ceil(bare.length / 4) * 4, '='));
  });
}

function withoutMimeType(text: string): string {
  const { mime_type, mimeType, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(rest);
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
