import type { Writable } from 'node:stream';
import type { Decision } from '../../egress/decide.js';
import type { UploadGate } from '../connection/budgets.js';
import type { AgentRequest } from './message.js';

/**
 * Passes a request body on for as long as the rule's budget lasts. The piece that is too much does not leave: the
 * way out is cut first, and what the agent still sends is thrown away, so that it can read its refusal.
 */
export function pipeCounted(
  request: AgentRequest,
  outgoing: Writable,
  gate: UploadGate,
  overrun: (over: Decision) => void,
): void {
  // Not `pipeline`, which would end the agent's connection together with the way out.
  request.on('data', (chunk: Buffer) => {
    if (outgoing.destroyed) return;
    const over = gate(chunk.length);
    if (over?.verdict === 'blocked') {
      request.unpipe(outgoing);
      outgoing.destroy();
      request.resume();
    }
    if (over !== undefined) overrun(over);
  });
  request.pipe(outgoing);
}
