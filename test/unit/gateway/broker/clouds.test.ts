import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { findRoute } from '../../../../src/gateway/broker/routes.js';
import { type Rig, startRig } from './upstream.js';

let rig: Rig | undefined;
afterEach(() => rig?.stop());

describe('the routes of Amazon Bedrock', () => {
  it.each([
    '/model/anthropic.claude-x-v1:0/invoke',
    '/model/eu.anthropic.claude-x-v1%3A0/invoke-with-response-stream',
    '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Ainference-profile%2Feu.anthropic.claude-x/converse-stream',
    '/model/amazon.nova-pro-v1:0/converse',
  ])('lead to a model: POST %s', (target) => {
    expect(findRoute('bedrock', 'POST', target)).toMatchObject({ ok: true, path: target });
    expect(findRoute('bedrock', 'GET', target).ok).toBe(false);
  });

  it.each([
    '/model/x%2F..%2F..%2Ffoundation-models/invoke',
    '/model/../foundation-models',
    '/model/x/../y/invoke',
    '/model/x%2e%2e/invoke',
    '/model/x%5Cy/invoke',
    '/model/x/invoke/more',
    '/model/x/count-tokens-of-others',
    '/foundation-models',
    '/guardrail/x/version/1/apply',
    '/async-invoke',
    '//bedrock.evil.test/model/x/invoke',
    'http://bedrock.evil.test/model/x/invoke',
  ])('lead nowhere else: %s', (target) => {
    expect(findRoute('bedrock', 'POST', target).ok).toBe(false);
  });
});

describe('the routes of Vertex AI', () => {
  it.each([
    ['/v1beta1/publishers/google/models/gemini-x:streamGenerateContent?alt=sse', true],
    ['/v1/publishers/google/models/gemini-x:countTokens', true],
    ['/v1/publishers/google/models/gemini-x:predict', false],
    ['/v1/projects/p/locations/l/publishers/google/models/gemini-x:generateContent', false],
    ['/v1/publishers/google/models/../endpoints/1:generateContent', false],
    ['/v1/projects/p/secrets', false],
  ])('%s: %s', (target, ok) => {
    expect(findRoute('vertex', 'POST', target).ok).toBe(ok);
  });
});

/** A frame of `application/vnd.amazon.eventstream` without headers. */
function frame(payload: object): Buffer {
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + body.length, 0);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(Buffer.concat([prelude, body])));
  return Buffer.concat([prelude, body, end]);
}

const packed = (event: object): object => ({ bytes: Buffer.from(JSON.stringify(event)).toString('base64') });
const STREAM = { 'content-type': 'application/vnd.amazon.eventstream' };
const ASK = { method: 'POST', body: '{}' };

describe('what Amazon Bedrock streams', () => {
  it.each([
    [
      'the events of Anthropic within InvokeModel',
      [
        packed({
          type: 'message_start',
          message: { model: 'claude-x', usage: { input_tokens: 7, cache_read_input_tokens: 3 } },
        }),
        packed({ type: 'message_delta', usage: { output_tokens: 11 } }),
      ],
      { model: 'claude-x', inputTokens: 7, cacheReadTokens: 3, outputTokens: 11 },
    ],
    [
      'the events of Converse',
      [
        { contentBlockIndex: 0, delta: { text: 'x' } },
        {
          metrics: {},
          usage: { inputTokens: 5, outputTokens: 6, cacheReadInputTokens: 1, cacheWriteInputTokens: 2 },
        },
      ],
      { inputTokens: 5, outputTokens: 6, cacheReadTokens: 1, cacheWriteTokens: 2 },
    ],
  ])('reaches the agent byte for byte and is counted: %s', async (_, events, counted) => {
    const bytes = Buffer.concat(events.map(frame));
    rig = await startRig(
      async (__, response) => {
        response.writeHead(200, STREAM);
        for (let at = 0; at < bytes.length; at += 50) {
          response.write(bytes.subarray(at, at + 50));
          await new Promise(setImmediate);
        }
        response.end();
      },
      { provider: 'bedrock', start: { credential: { authorization: 'Bearer bedrock-api-key-b' } } },
    );
    const answer = await fetch(`${rig.base}/model/claude-x/invoke-with-response-stream`, ASK);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(rig.received[0]?.headers.authorization).toBe('Bearer bedrock-api-key-b');
    await expect.poll(() => rig?.traffic()).toMatchObject({ ...counted, uncounted: 0, lastStatus: 200 });
  });

  it.each([
    ['a frame longer than any', Buffer.from('ffffffff0000000000000000', 'hex')],
    ['headers longer than their frame', Buffer.from('00000010ffffffff00000000', 'hex')],
    ['a cut frame', frame({ usage: { inputTokens: 1, outputTokens: 1 } }).subarray(0, 20)],
  ])('harms nobody when it is %s', async (_, bytes) => {
    rig = await startRig(
      (__, response) => {
        response.writeHead(200, STREAM);
        response.end(bytes);
      },
      { provider: 'bedrock' },
    );
    const answer = await fetch(`${rig.base}/model/claude-x/converse-stream`, ASK);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    await expect.poll(() => rig?.traffic()).toMatchObject({ uncounted: 1, inputTokens: 0 });
  });
});
