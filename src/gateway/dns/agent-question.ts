import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from 'dns-packet';
import type { EgressRecord } from '../../core/egress-record.js';
import { nameVerdict } from '../../egress/decide.js';
import { normalizeName } from '../../egress/host-name.js';
import type { EgressPolicy } from '../../egress/policy.js';
import { NO_RULE } from '../../egress/reasons.js';
import type { SyntheticNames } from '../names/synthetic-names.js';

/**
 * The resolver that the agent sees. It has no upstream: names that rules allow have synthetic addresses, all others
 * do not exist. So nothing can be carried out in a question.
 */

export interface AnsweredQuestion {
  /** Absent when silence is the right answer: to answers, and to less than a header. */
  readonly reply?: Buffer;
  readonly record: Omit<EgressRecord, 'schema' | 'time'>;
  /** The name got its address just now or before; absent when it has none. */
  readonly address?: string;
}

type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP';

const RESPONSE_CODES: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
};

const HEADER_BYTES = 12;
/** Longer than any question that a stub resolver asks. */
const LONGEST_QUESTION = 4_096;
const LONGEST_LABEL = 63;
/** Seconds. The address stays the same for the whole run, so clients may keep it. */
const TTL = 300;
/** What resolvers ask along with A as a matter of course; an empty answer makes them use A. */
const COMPANION_TYPES: readonly string[] = ['AAAA', 'HTTPS', 'SVCB', 'UNKNOWN_64', 'UNKNOWN_65'];

/** Decides on one DNS message of the agent. Pure but for the addresses it gives. Takes any bytes. */
export function answerQuestion(
  message: Buffer,
  context: { readonly policy: EgressPolicy; readonly names: SyntheticNames },
): AnsweredQuestion {
  const query = message.length <= LONGEST_QUESTION ? tryDecode(message) : undefined;
  const question = query?.questions?.[0];
  if (
    query === undefined ||
    query.type !== 'query' ||
    query.questions?.length !== 1 ||
    question === undefined
  ) {
    const silent = message.length < HEADER_BYTES || query?.type === 'response';
    return { ...(silent ? {} : { reply: bareReply(message, 'FORMERR') }), record: refused('dns-malformed') };
  }
  const operation = ((query.flags ?? 0) >> 11) & 0xf;
  if (operation !== 0) {
    return { reply: bareReply(message, 'NOTIMP'), record: refused('dns-malformed', question.name) };
  }
  const behind = nameBehind(question, context.names);
  if (behind !== undefined) {
    const record = {
      ...nameVerdict(context.policy, behind),
      protocol: 'dns',
      host: behind,
      port: 53,
    } as const;
    return { reply: reply(message, query, 'NOERROR', { type: 'PTR', data: behind }), record };
  }
  const decision = nameVerdict(context.policy, question.name);
  const name = normalizeName(question.name);
  const record = { ...decision, protocol: 'dns', host: name ?? question.name, port: 53 } as const;
  if (decision.verdict === 'blocked' || name === undefined) {
    return { reply: reply(message, query, 'NXDOMAIN'), record: { ...record, verdict: 'blocked' } };
  }
  if ((question.class ?? 'IN') !== 'IN') {
    return {
      reply: reply(message, query, 'NXDOMAIN'),
      record: { ...record, verdict: 'blocked', reason: 'dns-type' },
    };
  }
  if (question.type !== 'A') {
    const usual = COMPANION_TYPES.includes(question.type);
    const verdict = usual ? decision.verdict : 'blocked';
    return { reply: reply(message, query, 'NOERROR'), record: { ...record, verdict, reason: 'dns-type' } };
  }
  const address = context.names.addressOf(name);
  if (address === undefined) {
    return {
      reply: reply(message, query, 'NXDOMAIN'),
      record: { ...record, verdict: 'blocked', reason: 'too-many-names' },
    };
  }
  return { reply: reply(message, query, 'NOERROR', { type: 'A', data: address }), record, address };
}

/** What ping and ssh ask after they have connected: the name of a synthetic address, which nobody outside knows. */
function nameBehind(
  { name, type }: { readonly name: string; readonly type: string },
  names: SyntheticNames,
): string | undefined {
  const [, reversed] = /^((?:\d{1,3}\.){4})in-addr\.arpa\.?$/i.exec(name) ?? [];
  if (type !== 'PTR' || reversed === undefined) return undefined;
  return names.nameOf(reversed.slice(0, -1).split('.').reverse().join('.'));
}

function refused(reason: string, host?: string): AnsweredQuestion['record'] {
  const named = host === undefined ? {} : { host };
  return { verdict: 'blocked', reason, rule: NO_RULE, protocol: 'dns', ...named, port: 53 };
}

function tryDecode(message: Buffer): Packet | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}

function reply(
  message: Buffer,
  query: Packet,
  code: ResponseCode,
  answer?: { readonly type: 'A' | 'PTR'; readonly data: string },
): Buffer {
  const question = query.questions?.[0];
  if (question === undefined || !isWritable(question.name)) return bareReply(message, code);
  const flags = RECURSION_AVAILABLE | AUTHORITATIVE_ANSWER | ((query.flags ?? 0) & RECURSION_DESIRED);
  try {
    return encode({
      type: 'response',
      ...(query.id === undefined ? {} : { id: query.id }),
      flags: flags | RESPONSE_CODES[code],
      questions: [question],
      answers: answer === undefined ? [] : [{ ...answer, name: question.name, ttl: TTL }],
    });
  } catch {
    // A name that can be read but not written again.
    return bareReply(message, code);
  }
}

/** Bytes that are no UTF-8 take more room when they are written again, and the encoder does not look. */
function isWritable(name: string): boolean {
  return name.split('.').every((label) => Buffer.byteLength(label) <= LONGEST_LABEL);
}

/** The header alone, without the question: for messages that cannot be repeated. */
function bareReply(message: Buffer, code: ResponseCode): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  message.copy(header, 0, 0, 2);
  header[2] = 0x80 | ((message[2] ?? 0) & 0x79);
  header[3] = 0x80 | RESPONSE_CODES[code];
  return header;
}
