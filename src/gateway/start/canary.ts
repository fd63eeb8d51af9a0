import { setTimeout as sleep } from 'node:timers/promises';
import { CagentError } from '../../core/errors.js';
import { normalizeName } from '../../egress/host-name.js';
import type { LoggedPacket } from '../floor/packet.js';
import { CANARY, CANARY_NAME } from '../protocol.js';

/**
 * Waits for the two things that the link tries before the agent exists: a connection that the floor has to refuse,
 * and a question that the resolver has to refuse. Only their records prove that the agent's will be recorded.
 */
export interface CanaryWatch {
  /** Whether a packet was the canary, which is no attempt of the agent. */
  isPacket(packet: LoggedPacket): boolean;
  isQuestion(name: string | undefined): boolean;
  /** Resolves when both have been seen; afterwards the agent may try the same and is recorded. */
  seen(deadlineMs: number): Promise<void>;
}

export function createCanaryWatch(): CanaryWatch {
  const packet = Promise.withResolvers<void>();
  const question = Promise.withResolvers<void>();
  let watching = true;
  return {
    isPacket: ({ kind, destination, port }) => {
      if (!watching || kind !== 'refused' || destination !== CANARY.address || port !== CANARY.port)
        return false;
      packet.resolve();
      return true;
    },
    isQuestion: (name) => {
      if (!watching || name === undefined || normalizeName(name) !== CANARY_NAME) return false;
      question.resolve();
      return true;
    },
    seen: async (deadlineMs) => {
      const late = new AbortController();
      const timeout = sleep(deadlineMs, 'late', { signal: late.signal }).catch(() => 'late');
      const outcome = await Promise.race([Promise.all([packet.promise, question.promise]), timeout]);
      late.abort();
      watching = false;
      if (outcome === 'late') {
        throw new CagentError(
          'gateway.failed',
          'the test connection from the link was not refused and recorded in time',
        );
      }
    },
  };
}
