import { displayText } from './display-text.js';
import { ERROR_CATALOGUE, type ErrorCode, type Fault } from './error-catalogue.js';

export interface ErrorDetails {
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The only error that cagent throws on purpose. `message` says what happened and where, on one line; `hint` says
 * what to do. The stage is the part of `code` before the dot.
 */
export class CagentError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CagentError';
    this.code = code;
    this.hint = details.hint;
  }

  get stage(): string {
    return this.code.slice(0, this.code.indexOf('.'));
  }

  get fault(): Fault {
    return ERROR_CATALOGUE[this.code].fault;
  }
}

/** Wraps anything thrown into a {@link CagentError}; what is already one passes through. */
export function asCagentError(thrown: unknown): CagentError {
  if (thrown instanceof CagentError) return thrown;
  return new CagentError('internal.bug', messageOf(thrown), {
    cause: thrown,
    hint: 'This is a bug in cagent; please report it with the run directory.',
  });
}

/** The message of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** `cagent: code: what happened. What to do.` on one line, for stderr and annotations. */
export function renderError(error: {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}): string {
  const message = error.message.trimEnd();
  // What programs say often ends without a full stop, and the hint is a sentence of its own.
  const hint = error.hint === undefined ? '' : `${/[.!?]$/.test(message) ? '' : '.'} ${error.hint}`;
  return displayText(`cagent: ${error.code}: ${message}${hint}`.replace(/\s*[\r\n]+\s*/g, ' ').trimEnd());
}
