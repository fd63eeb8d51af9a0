import type { AnswerReader } from './answer-reader.js';
import { mergeReports, readTokenReport, type TokenReport } from './token-count.js';

/** Length of the whole and of the headers, and a checksum of both; another checksum at the end. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/**
 * Reads `application/vnd.amazon.eventstream`, the binary frames in which Amazon Bedrock streams. The payload of a frame
 * is an event, or, with InvokeModel, `{"bytes": "…"}` with an event of the model's own in base64.
 * Format: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 * @param longest frame in bytes; after a longer one nothing is read any more
 */
export function createFrameReader(longest: number): AnswerReader {
  let report: TokenReport = {};
  let held: Buffer = Buffer.alloc(0);
  let lost = false;
  return {
    push(chunk) {
      if (lost) return;
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (held.length >= PRELUDE_BYTES) {
        const length = held.readUInt32BE(0);
        const begin = PRELUDE_BYTES + held.readUInt32BE(4);
        const end = length - CHECKSUM_BYTES;
        if (length > longest || begin > end) {
          lost = true;
          held = Buffer.alloc(0);
          return;
        }
        if (held.length < length) return;
        report = mergeReports(report, readTokenReport(eventOf(held.subarray(begin, end))));
        held = held.subarray(length);
      }
    },
    end: () => report,
  };
}

function eventOf(payload: Buffer): unknown {
  const event = parse(payload.toString('utf8'));
  const { bytes } = (event ?? {}) as { readonly bytes?: unknown };
  return typeof bytes === 'string' ? parse(Buffer.from(bytes, 'base64').toString('utf8')) : event;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
