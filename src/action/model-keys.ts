import { givenKeys } from '../agents/model-access.js';
import type { RunSpec } from '../config/run-spec.js';
import type { Environment } from '../core/environment.js';

/** Inputs that hold a model key, and the variable under which the engine looks for it. */
const KEY_INPUTS: readonly (readonly [string, string])[] = [
  ['anthropic-api-key', 'ANTHROPIC_API_KEY'],
  ['openai-api-key', 'OPENAI_API_KEY'],
  ['google-api-key', 'GEMINI_API_KEY'],
];

/** The environment with the keys of the inputs; an input wins over a variable of the job. */
export function withKeyInputs(
  environment: Environment,
  inputs: Readonly<Record<string, string>>,
): Environment {
  const given = KEY_INPUTS.map(([input, variable]) => [variable, inputs[input]?.trim() ?? ''] as const);
  return { ...environment, ...Object.fromEntries(given.filter(([, value]) => value !== '')) };
}

/** Every key that the environment holds, for masking in the log. */
export function keyValues(environment: Environment): readonly string[] {
  return givenKeys(environment).flatMap(({ value }) => value.split(/\r?\n/).filter((line) => line !== ''));
}

/** One warning for each key of an input that nobody gets: a command has no broker, and `env` does not name it. */
export function uselessKeys(
  inputs: Readonly<Record<string, string>>,
  { agent, env }: Pick<RunSpec, 'agent' | 'env'>,
): readonly string[] {
  if (agent.name !== 'command') return [];
  return KEY_INPUTS.filter(
    ([input, variable]) => inputs[input]?.trim() && !env.some(({ name }) => name === variable),
  ).map(
    ([input, variable]) =>
      `input ${input}: a command gets no key, allowed: a known agent, or env with ${variable}, which the command then sees`,
  );
}
