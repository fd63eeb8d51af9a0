import { isIPv4 } from 'node:net';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { ModelProvider, ModelUpstream } from '../core/model-endpoint.js';
import type { SecretValue } from '../core/secret-values.js';
import type { Agent } from './agent.js';
import { providerOfModel } from './model-name.js';

/** Where a provider's API is and where its key comes from: variables of cagent's own environment. */
interface ProviderAccess {
  readonly title: string;
  /** The first one that is set counts. */
  readonly keys: readonly KeyVariable[];
  readonly baseUrl: string;
  readonly defaultUrl: string | ((environment: Environment) => string);
  /** What the default URL's path is; clients differ in whether a base URL has it. */
  readonly versionPath: string;
  /** It is used when this variable says so, as it does for the agents themselves, and never otherwise. */
  readonly selectedBy?: string;
}

interface KeyVariable {
  readonly name: string;
  readonly header: string;
  readonly prefix: '' | 'Bearer ';
}

const OPENAI: ProviderAccess = {
  title: 'OpenAI',
  keys: [bearer('OPENAI_API_KEY'), bearer('CODEX_API_KEY')],
  baseUrl: 'OPENAI_BASE_URL',
  defaultUrl: 'https://api.openai.com/v1',
  versionPath: '',
};

const ACCESS: Readonly<Record<ModelProvider, ProviderAccess>> = {
  anthropic: {
    title: 'Anthropic',
    keys: [{ name: 'ANTHROPIC_API_KEY', header: 'x-api-key', prefix: '' }, bearer('ANTHROPIC_AUTH_TOKEN')],
    baseUrl: 'ANTHROPIC_BASE_URL',
    defaultUrl: 'https://api.anthropic.com',
    versionPath: '/v1',
  },
  openai: OPENAI,
  'openai-compatible': OPENAI,
  google: {
    title: 'Google',
    keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'].map((name) => ({
      name,
      header: 'x-goog-api-key',
      prefix: '' as const,
    })),
    baseUrl: 'GOOGLE_GEMINI_BASE_URL',
    defaultUrl: 'https://generativelanguage.googleapis.com',
    versionPath: '/v1beta',
  },
  bedrock: {
    title: 'Amazon Bedrock',
    keys: [bearer('AWS_BEARER_TOKEN_BEDROCK')],
    baseUrl: 'ANTHROPIC_BEDROCK_BASE_URL',
    defaultUrl: (environment) => `https://bedrock-runtime.${awsRegion(environment)}.amazonaws.com`,
    versionPath: '',
    selectedBy: 'CLAUDE_CODE_USE_BEDROCK',
  },
  vertex: {
    title: 'Vertex AI',
    keys: [{ name: 'GOOGLE_API_KEY', header: 'x-goog-api-key', prefix: '' }],
    baseUrl: 'GOOGLE_VERTEX_BASE_URL',
    defaultUrl: 'https://aiplatform.googleapis.com',
    versionPath: '',
    selectedBy: 'GOOGLE_GENAI_USE_VERTEXAI',
  },
};

/**
 * The region of Amazon Bedrock, for its host name and for the agent, which chooses models by it.
 * @throws CagentError `config.invalid`
 */
export function awsRegion(environment: Environment): string {
  const region = given(environment, 'AWS_REGION') ?? given(environment, 'AWS_DEFAULT_REGION');
  if (region !== undefined && /^[a-z0-9-]+$/.test(region)) return region;
  const found = region === undefined ? 'not set' : 'not the name of a region';
  throw new CagentError('config.invalid', `AWS_REGION: ${found}, allowed: a region such as eu-central-1`, {
    hint: 'Amazon Bedrock needs it in the environment of cagent.',
  });
}

/** Names of the variables, one of which holds the key of an agent's model. */
export function keyNames({ providers }: Pick<Agent, 'providers'>): readonly string[] {
  return [...new Set(providers.flatMap((provider) => ACCESS[provider].keys.map((key) => key.name)))];
}

/** Every variable that may hold a model key. */
const KEY_VARIABLES: readonly string[] = [
  ...new Set(Object.values(ACCESS).flatMap((access) => access.keys.map((key) => key.name))),
];

/** An environment for programs that have no business with keys; the action's inputs are variables too. */
export function withoutKeys(environment: Environment): Environment {
  const isKey = (name: string): boolean => KEY_VARIABLES.includes(name) || /^INPUT_.*-API-KEY$/.test(name);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isKey(name)));
}

/** Which model API an agent will use: the one its model belongs to, else the first one that there is a key for. */
export function chooseProvider(
  agent: Pick<Agent, 'providers'>,
  model: string | undefined,
  environment: Environment,
): ModelProvider {
  const selected = agent.providers.find((provider) => isSelected(ACCESS[provider], environment));
  if (selected !== undefined) return selected;
  const direct = agent.providers.filter((provider) => ACCESS[provider].selectedBy === undefined);
  const usual = direct.length === 0 ? agent.providers : direct;
  const named = model === undefined || usual.length === 1 ? undefined : providerOfModel(model);
  const known = usual.find((provider) => provider === named);
  const reachable = usual.find((provider) => isReachable(ACCESS[provider], environment));
  const provider = known ?? reachable ?? (usual[0] as ModelProvider);
  // What answers at an address of the user's own need not have OpenAI's newest API.
  return provider === 'openai' && given(environment, OPENAI.baseUrl) !== undefined
    ? 'openai-compatible'
    : provider;
}

/** Where the model API is. `written`: the user gave the URL, so it may be private and need no key. */
export function modelUpstream(
  provider: ModelProvider,
  environment: Environment,
): { readonly upstream: ModelUpstream; readonly written: boolean } {
  const { baseUrl, defaultUrl, versionPath } = ACCESS[provider];
  const written = given(environment, baseUrl);
  const usual = (): string => (typeof defaultUrl === 'string' ? defaultUrl : defaultUrl(environment));
  return {
    upstream: parseUpstream(written ?? usual(), baseUrl, versionPath),
    written: written !== undefined,
  };
}

/** The real credential of a provider: headers for the gateway, and the value to mask. */
export interface ModelCredential {
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: SecretValue;
}

/** @throws CagentError `config.key` when the provider wants a key and there is none, or one that cannot be sent */
export function modelCredential(
  provider: ModelProvider,
  environment: Environment,
): ModelCredential | undefined {
  const { title, keys, baseUrl } = ACCESS[provider];
  const found = keys.find(({ name }) => given(environment, name) !== undefined);
  const names = keys.map((key) => key.name).join(' or ');
  if (found === undefined) {
    if (given(environment, baseUrl) !== undefined) return undefined;
    throw new CagentError('config.key', `no key for the model API of ${title}: ${names} is not set`, {
      hint: `Set ${keys[0]?.name} in the environment of cagent (in a workflow: ${inputOf(provider)}); it never enters the sandbox.`,
    });
  }
  const value = given(environment, found.name) as string;
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new CagentError(
      'config.key',
      `the value of ${found.name} cannot be a key: it has spaces, line breaks or letters beyond ASCII`,
      {
        hint: 'Copy the key again.',
      },
    );
  }
  return { headers: { [found.header]: `${found.prefix}${value}` }, secret: { name: found.name, value } };
}

function inputOf(provider: ModelProvider): string {
  if (ACCESS[provider].selectedBy !== undefined) return 'env of the step';
  return `the input ${provider === 'openai-compatible' ? 'openai' : provider}-api-key`;
}

function isSelected({ selectedBy }: ProviderAccess, environment: Environment): boolean {
  return selectedBy !== undefined && ['1', 'true'].includes(given(environment, selectedBy) ?? '');
}

function bearer(name: string): KeyVariable {
  return { name, header: 'authorization', prefix: 'Bearer ' };
}

function isReachable({ keys, baseUrl }: ProviderAccess, environment: Environment): boolean {
  return [...keys.map((key) => key.name), baseUrl].some((name) => given(environment, name) !== undefined);
}

/** Trimmed: keys come out of files and vaults with a line break at their end. */
function given(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

function parseUpstream(text: string, variable: string, versionPath: string): ModelUpstream {
  const url = URL.parse(text);
  const refuse = (allowed: string, hint?: string): CagentError =>
    // The text is not repeated: a URL can have a password in it.
    new CagentError(
      'config.invalid',
      `${variable}: not a usable base URL, allowed: ${allowed}`,
      hint === undefined ? {} : { hint },
    );
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw refuse('https://HOST/PATH, or http:// written out');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refuse('a URL without user, password, query and fragment');
  }
  const host = url.hostname;
  if (host.startsWith('[')) throw refuse('a name or an IPv4 address');
  if (host === 'localhost' || host.endsWith('.localhost') || (isIPv4(host) && host.startsWith('127.'))) {
    throw refuse(
      'an address that the gateway container can reach',
      'For a model on this machine use its address in the docker network, e.g. 172.17.0.1.',
    );
  }
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const path = url.pathname.replace(/\/+$/, '');
  return {
    scheme,
    host,
    port: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port),
    path: versionPath !== '' && path.endsWith(versionPath) ? path.slice(0, -versionPath.length) : path,
  };
}

/** The keys that an environment holds, whether or not a run uses them. */
export function givenKeys(environment: Environment): readonly SecretValue[] {
  return KEY_VARIABLES.flatMap((name) => {
    const value = given(environment, name);
    return value === undefined ? [] : [{ name, value }];
  });
}
