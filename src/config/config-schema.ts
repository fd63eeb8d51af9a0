import { z } from 'zod';
import { mappingOr } from './allow-entry.js';
import { OPTION_NAMES, optionSpec } from './options.js';

/** The shape of cagent.yml, put together from the option table: every `key` is a leaf, strict at every level. */
export const configSchema: z.ZodType<Readonly<Record<string, unknown>>> = objectOf(keyTree());

/** The published JSON Schema of cagent.yml: what a person may write, before units are converted. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
  return {
    $schema: $schema as string,
    title: 'cagent.yml',
    description: 'Configuration of cagent, version 1.',
    ...rest,
  };
}

/** The parts of a JSON Schema that are walked here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

interface KeyTree {
  readonly [key: string]: KeyTree | z.ZodType;
}

function keyTree(): KeyTree {
  const root: Record<string, Record<string, z.ZodType> | z.ZodType> = {
    version: z.literal(1, { error: '1' }),
  };
  for (const name of OPTION_NAMES) {
    const { key, type, description, default: fallback } = optionSpec(name);
    if (key === undefined) continue;
    const leaf = type.schema.optional().meta({
      description:
        fallback === undefined ? description : `${description} Default: ${[fallback].flat().join(', ')}.`,
    });
    const [section, inner] = key.split('.') as [string, string | undefined];
    if (inner === undefined) root[section] = leaf;
    else root[section] = { ...(root[section] as Record<string, z.ZodType> | undefined), [inner]: leaf };
  }
  return root;
}

function objectOf(tree: KeyTree): z.ZodType<Readonly<Record<string, unknown>>> {
  const shape: Record<string, z.ZodType> = {};
  for (const [key, below] of Object.entries(tree)) {
    shape[key] = below instanceof z.ZodType ? below : objectOf(below as KeyTree).optional();
  }
  return z.strictObject(shape, { error: mappingOr(`a mapping with ${Object.keys(tree).join(', ')}`) });
}
