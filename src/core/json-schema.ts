import type { ErrorObject } from 'ajv';
import { clip, displayText } from './display-text.js';

export type JsonSchemaDocument = Readonly<Record<string, unknown>>;

/** Says why a value is not what the schema asks for, in one line; `undefined` when it is. */
export type JsonCheck = (value: unknown) => string | undefined;

const LONGEST_PROBLEM = 300;

/**
 * Makes a check of a JSON Schema, draft 2020-12 or the draft 7 that `$schema` names. Formats are not checked, and
 * nothing is fetched: a reference has to lead into the schema itself.
 *
 * @throws Error with the library's words when the schema is not one
 */
export async function compileJsonSchema(schema: JsonSchemaDocument): Promise<JsonCheck> {
  // Loaded only when it is needed: it would make every start a tenth of a second longer.
  const { Ajv } = (await import('ajv')).default;
  const { Ajv2020 } = (await import('ajv/dist/2020.js')).default;
  const options = { strict: false, validateFormats: false, logger: false } as const;
  const isDraft7 = typeof schema.$schema === 'string' && schema.$schema.includes('draft-07');
  const validate = (isDraft7 ? new Ajv(options) : new Ajv2020(options)).compile({ ...schema });
  return (value) => (validate(value) ? undefined : problemOf(validate.errors?.[0]));
}

function problemOf(error: ErrorObject | undefined): string {
  const { instancePath = '', message = 'is not valid', params = {} } = error ?? {};
  const allowed = 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : '';
  const extra = 'additionalProperty' in params ? `: ${JSON.stringify(params.additionalProperty)}` : '';
  const where = instancePath === '' ? 'the value' : instancePath;
  return clip(displayText(`${where} ${message}${allowed}${extra}`), LONGEST_PROBLEM);
}
