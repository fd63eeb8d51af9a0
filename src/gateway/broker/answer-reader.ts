import { createFrameReader } from './frame-reader.js';
import { mergeReports, readTokenReport, type TokenReport } from './token-count.js';

/** Listens in on an answer on its way to the agent, and keeps the token counts. Never throws, never delays. */
export interface AnswerReader {
  push(chunk: Buffer): void;
  end(): TokenReport;
}

/** Events that carry counts are small; what is longer holds content and is skipped. */
const LONGEST_EVENT = 4 * 2 ** 20;
const LONGEST_BODY = 8 * 2 ** 20;
const MENTIONS_TOKENS = /"usage|"model/;

/** @param contentType of the answer: events of a stream are read one by one, all else as one JSON value */
export function createAnswerReader(contentType: string): AnswerReader {
  if (/^application\/vnd\.amazon\.eventstream\b/i.test(contentType)) return createFrameReader(LONGEST_EVENT);
  return /^text\/event-stream\b/i.test(contentType) ? createEventReader() : createBodyReader();
}

function createEventReader(): AnswerReader {
  let report: TokenReport = {};
  // Kept in pieces, since a long line would otherwise be copied for each chunk of it.
  let pieces: Buffer[] = [];
  let length = 0;

  function add(piece: Buffer): void {
    length += piece.length;
    if (length <= LONGEST_EVENT) pieces.push(piece);
    else pieces = [];
  }

  function endLine(): void {
    const line = length <= LONGEST_EVENT ? Buffer.concat(pieces).toString('utf8') : '';
    pieces = [];
    length = 0;
    if (!line.startsWith('data:') || !MENTIONS_TOKENS.test(line)) return;
    report = mergeReports(report, readTokenReport(parse(line.slice(5))));
  }

  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        add(chunk.subarray(from, at));
        endLine();
        from = at + 1;
      }
      if (from < chunk.length) add(chunk.subarray(from));
    },
    end() {
      endLine();
      return report;
    },
  };
}

function createBodyReader(): AnswerReader {
  let pieces: Buffer[] = [];
  let length = 0;
  return {
    push(chunk) {
      length += chunk.length;
      if (length <= LONGEST_BODY) pieces.push(chunk);
      else pieces = [];
    },
    end: () => (length > LONGEST_BODY ? {} : readTokenReport(parse(Buffer.concat(pieces).toString('utf8')))),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
