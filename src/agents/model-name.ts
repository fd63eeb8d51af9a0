import type { ModelProvider } from '../core/model-endpoint.js';

/** Whose model a name is: `openai/x` says it, `claude-x` and the like are known by their names. */
const PREFIXES: Readonly<Record<string, ModelProvider>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
  gemini: 'google',
};
const FAMILIES: readonly (readonly [RegExp, ModelProvider])[] = [
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'google'],
  [/^(gpt-|o\d|codex-|chatgpt-)/, 'openai'],
];

export function providerOfModel(model: string): ModelProvider | undefined {
  const prefix = /^([a-z]+)\//.exec(model)?.[1];
  const named = prefix === undefined ? undefined : PREFIXES[prefix];
  return named ?? FAMILIES.find(([family]) => family.test(model))?.[1];
}

/** The name without the provider in front of it; any other slash belongs to the name. */
export function bareModel(model: string): string {
  const prefix = /^([a-z]+)\//.exec(model)?.[1];
  return prefix !== undefined && Object.hasOwn(PREFIXES, prefix) ? model.slice(prefix.length + 1) : model;
}
