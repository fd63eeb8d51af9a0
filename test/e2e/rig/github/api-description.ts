import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/** GitHub's published OpenAPI description, as far as a request is concerned. */
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>> };
}
interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
  };
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: unknown;
}

export interface DescribedRequest {
  readonly method: string;
  /** Path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON, `undefined` when nothing was sent. */
  readonly body: unknown;
}

let loaded: { readonly description: Description; readonly ajv: Ajv; readonly templates: readonly Template[] };
const validators = new Map<string, ValidateFunction>();

interface Template {
  readonly text: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Everything in which a request differs from what GitHub describes; empty when it is fine. */
export function requestProblems(request: DescribedRequest): readonly string[] {
  const { description } = load();
  const method = request.method.toLowerCase();
  const template = templateFor(request.path, method);
  if (template === undefined) return [`${request.method} ${request.path}: GitHub has no such route`];
  const operation = description.paths[template.text]?.[method] as Operation;
  const where = `${request.method} ${template.text}`;
  const parameters = (operation.parameters ?? []).map(resolveParameter);
  return [
    ...pathProblems(request.path, template, parameters),
    ...queryProblems(
      request.query,
      parameters.filter((parameter) => parameter.in === 'query'),
    ),
    ...bodyProblems(request.body, operation, `${template.text}#${method}`),
  ].map((problem) => `${where}: ${problem}`);
}

function load() {
  if (loaded !== undefined) return loaded;
  const version = /GITHUB_API_VERSION=(\S+)/.exec(readFileSync('script/setup/github-api.sh', 'utf8'))?.[1];
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const file = join(cache, `cagent/github-api-${version}/api.github.com.json`);
  if (!existsSync(file)) throw new Error(`${file} is missing; script/bootstrap --no-docker brings it`);
  const description = JSON.parse(readFileSync(file, 'utf8'), withoutNullable) as Description;
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false, coerceTypes: false });
  ajv.addSchema(description as object, 'github');
  const templates = Object.keys(description.paths).map(toTemplate);
  // A fixed segment means more than a placeholder: `/pulls/comments` before `/pulls/{pull_number}`.
  templates.sort((a, b) => a.names.length - b.names.length);
  loaded = { description, ajv, templates };
  return loaded;
}

/** OpenAPI 3.0 says `nullable`, which JSON Schema does not know. */
function withoutNullable(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value)) return value;
  const { nullable, ...schema } = value;
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

function toTemplate(text: string): Template {
  const names = [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  // Only the last placeholder of these may hold slashes.
  const rest = /\{(ref|path|branch)\}$/.test(text);
  const pattern = text
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{\w+\}/g, (_, at: number) =>
      rest && text.indexOf('}', at) === text.length - 1 ? '(.+)' : '([^/]+)',
    );
  return { text, pattern: new RegExp(`^${pattern}$`), names };
}

function templateFor(path: string, method: string): Template | undefined {
  const { description, templates } = load();
  return templates.find(
    ({ text, pattern }) => pattern.test(path) && method in (description.paths[text] ?? {}),
  );
}

function resolveParameter(parameter: Parameter | { readonly $ref: string }): Parameter {
  if (!('$ref' in parameter)) return parameter;
  const name = parameter.$ref.slice(parameter.$ref.lastIndexOf('/') + 1);
  return load().description.components.parameters[name] as Parameter;
}

function pathProblems(path: string, template: Template, parameters: readonly Parameter[]): string[] {
  const values = template.pattern.exec(path)?.slice(1) ?? [];
  return template.names.flatMap((name, index) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    const text = decodeURIComponent(values[index] as string);
    return parameter === undefined ? [] : valueProblems(parameter, text);
  });
}

function queryProblems(query: URLSearchParams, parameters: readonly Parameter[]): string[] {
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const given = [...query].flatMap(([name, text]) => {
    const parameter = known.get(name);
    return parameter === undefined ? [`unknown query parameter ${name}`] : valueProblems(parameter, text);
  });
  const missing = parameters.filter(({ name, required }) => required === true && !query.has(name));
  return [...given, ...missing.map(({ name }) => `query parameter ${name} is missing`)];
}

/** A value in a URL is text: it is right when it is right as text, number or boolean. */
function valueProblems(parameter: Parameter, text: string): string[] {
  const readings: unknown[] = [text, ...(/^-?\d+$/.test(text) ? [Number(text)] : [])];
  if (text === 'true' || text === 'false') readings.push(text === 'true');
  const validate = validator(
    `parameter:${parameter.in}:${JSON.stringify(parameter.schema)}`,
    parameter.schema,
  );
  return readings.some((value) => validate(value))
    ? []
    : [`${parameter.in} parameter ${parameter.name} is ${text}`];
}

function bodyProblems(body: unknown, operation: Operation, key: string): string[] {
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (body === undefined) return operation.requestBody?.required === true ? ['a body is required'] : [];
  if (schema === undefined) return ['no body is allowed'];
  const validate = validator(key, schema);
  if (validate(body)) {
    const allowed = Object.keys((schema as { properties?: object }).properties ?? {});
    const given = typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.keys(body) : [];
    return allowed.length === 0
      ? []
      : given.filter((name) => !allowed.includes(name)).map((name) => `unknown field ${name}`);
  }
  return (validate.errors ?? []).map(({ instancePath, message }) => `body${instancePath} ${message}`);
}

function validator(key: string, schema: unknown): ValidateFunction {
  let validate = validators.get(key);
  if (validate === undefined) {
    const text = JSON.stringify(schema).replaceAll('"#/', '"github#/');
    validate = load().ajv.compile(JSON.parse(text) as object);
    validators.set(key, validate);
  }
  return validate;
}
