import type { RunSpec } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';
import { reviewJsonSchema } from '../publish/review/review.js';

/**
 * The run of a known agent that is to give a review: it is told the form of one, and its answer is checked. A command
 * leaves a file instead.
 * @throws CagentError `config.invalid` when the user asks for an answer of another form
 */
export function withReviewSchema(spec: RunSpec): RunSpec {
  if (spec.agent.name === 'command') return spec;
  if (spec.agent.outputSchema !== undefined) {
    throw new CagentError(
      'config.invalid',
      'input review is true and output-schema is given, allowed: one of them, since a review has a schema of its own',
    );
  }
  return { ...spec, agent: { ...spec.agent, outputSchema: reviewJsonSchema() } };
}
