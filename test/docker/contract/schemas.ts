import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { REPOSITORY } from '../../fixtures/cli.js';

const compiled = new Map<string, ReturnType<Ajv2020['compile']>>();

/** What the published JSON Schema `docs/schemas/cagent.NAME.schema.json` finds wrong with a value. */
export function schemaProblems(name: 'report' | 'egress' | 'changes' | 'plan', value: unknown): unknown {
  const validate = compiled.get(name) ?? compile(name);
  return validate(value) ? [] : validate.errors;
}

function compile(name: string): ReturnType<Ajv2020['compile']> {
  const text = readFileSync(join(REPOSITORY, `docs/schemas/cagent.${name}.schema.json`), 'utf8');
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(JSON.parse(text));
  compiled.set(name, validate);
  return validate;
}
