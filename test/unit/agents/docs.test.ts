import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { KNOWN_AGENTS } from '../../../src/agents/known-agents.js';
import { ACTION_INPUTS } from '../../../src/config/action-inputs.js';
import { configSchema } from '../../../src/config/config-schema.js';
import { isOptionName } from '../../../src/config/options.js';

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/agents.md'), 'utf8');
const blocks = [...docs.matchAll(/```yaml\n(.*?)```/gs)].map(
  ([, text]) => parse(text as string) as Record<string, unknown>,
);
const files = blocks.filter((block) => !Array.isArray(block));
const steps = blocks.filter((block) => Array.isArray(block)).flat() as unknown as {
  with: Record<string, string>;
}[];

describe('docs/agents.md', () => {
  it('has a configuration and a step for every agent', () => {
    const names = Object.keys(KNOWN_AGENTS);
    expect(files.map(({ agent }) => (agent as { use: string } | undefined)?.use)).toEqual(
      expect.arrayContaining([...names, 'command']),
    );
    expect(steps.map((step) => step.with.agent)).toEqual(names);
  });

  it.each(files.map((file) => [JSON.stringify(file), file] as const))(
    'shows a configuration that is valid: %s',
    (_, file) => {
      const { error } = configSchema.safeParse('version' in file ? file : { version: 1, ...file });
      expect(error?.issues).toBeUndefined();
    },
  );

  it('shows steps with inputs that exist', () => {
    const inputs = steps.flatMap((step) => Object.keys(step.with));
    expect(inputs.filter((name) => !isOptionName(name) && !Object.hasOwn(ACTION_INPUTS, name))).toEqual([]);
  });

  it('names the versions that are installed', () => {
    for (const {
      name,
      title,
      package: { version },
    } of Object.values(KNOWN_AGENTS)) {
      expect(docs).toContain(`| [\`${name}\`](#${name}) | ${title} | ${version} |`);
    }
  });
});
