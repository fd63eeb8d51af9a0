import { describe, expect, it } from 'vitest';
import { createAnswerReader } from '../../../../src/gateway/broker/answer-reader.js';

const EVENTS = 'text/event-stream; charset=utf-8';

function read(contentType: string, text: string, piece = text.length): unknown {
  const reader = createAnswerReader(contentType);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  return reader.end();
}

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

const CASES: readonly (readonly [string, string, string, object])[] = [
  [
    'Anthropic, streamed: the start has the input, the deltas repeat the output so far',
    EVENTS,
    event({
      type: 'message_start',
      message: {
        model: 'claude-x',
        usage: {
          input_tokens: 7,
          cache_creation_input_tokens: 2,
          cache_read_input_tokens: 3,
          output_tokens: 1,
        },
      },
    }) +
      event({ type: 'content_block_delta', delta: { text: '"usage": {"output_tokens": 999}' } }) +
      event({ type: 'message_delta', delta: {}, usage: { output_tokens: 5 } }) +
      event({ type: 'message_delta', delta: {}, usage: { output_tokens: 11 } }),
    { model: 'claude-x', counted: { input: 7, output: 11, cacheRead: 3, cacheWrite: 2 } },
  ],
  [
    'Anthropic, whole',
    'application/json',
    JSON.stringify({ model: 'claude-x', usage: { input_tokens: 7, output_tokens: 11 } }),
    { model: 'claude-x', counted: { input: 7, output: 11 } },
  ],
  [
    'OpenAI Responses: cached tokens are part of the input there',
    EVENTS,
    event({ type: 'response.created', response: { model: 'gpt-x', usage: null } }) +
      event({
        type: 'response.completed',
        response: {
          model: 'gpt-x',
          usage: { input_tokens: 100, input_tokens_details: { cached_tokens: 40 }, output_tokens: 9 },
        },
      }),
    { model: 'gpt-x', counted: { input: 60, output: 9, cacheRead: 40 } },
  ],
  [
    'OpenAI Chat: the last event has the count',
    EVENTS,
    `${event({ model: 'gpt-x', choices: [{}] })}${event({ model: 'gpt-x', choices: [], usage: { prompt_tokens: 100, completion_tokens: 9, prompt_tokens_details: { cached_tokens: 10 } } })}data: [DONE]\n\n`,
    { model: 'gpt-x', counted: { input: 90, output: 9, cacheRead: 10 } },
  ],
  [
    'Google: each event has the sum so far, thoughts are output',
    EVENTS,
    `data: ${JSON.stringify({ modelVersion: 'gemini-x', usageMetadata: { promptTokenCount: 50, candidatesTokenCount: 1 } })}\r\n\r\ndata: ${JSON.stringify({ modelVersion: 'gemini-x', usageMetadata: { promptTokenCount: 50, candidatesTokenCount: 4, thoughtsTokenCount: 3, cachedContentTokenCount: 20 } })}\r\n\r\n`,
    { model: 'gemini-x', counted: { input: 30, output: 7, cacheRead: 20 } },
  ],
  [
    'Google without events: a list',
    'application/json',
    JSON.stringify([
      { usageMetadata: { promptTokenCount: 5 } },
      { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2 } },
    ]),
    { counted: { input: 5, output: 2 } },
  ],
];

describe('tokens of an answer', () => {
  it.each(CASES)('%s', (_, contentType, text, expected) => {
    expect(read(contentType, text)).toEqual(expected);
  });

  it.each(CASES)('%s, cut into single bytes', (_, contentType, text, expected) => {
    expect(read(contentType, text, 1)).toEqual(expected);
  });

  it('are found behind an event of any length, without keeping it', () => {
    const long = `data: {"model":"m","text":"${'x'.repeat(6 * 2 ** 20)}"}\n\n`;
    expect(read(EVENTS, long + event({ usage: { output_tokens: 3 } }), 65_536)).toEqual({
      counted: { output: 3 },
    });
  });
});
