import type { ModelProvider } from '../../core/model-endpoint.js';
import type { EgressReason } from '../../egress/reasons.js';

/**
 * What a broker forwards, by provider: asking a model and listing models. Everything else that a provider's API can
 * do (files, batches, fine-tuning, organisations) stays closed, since a key opens all of it.
 */
export interface ProviderRoutes {
  /** Where the API begins on the broker; the path of the upstream's base URL takes its place. */
  readonly prefix: string;
  readonly routes: readonly { readonly methods: readonly string[]; readonly path: RegExp }[];
}

const ASK = ['POST'];
const LOOK = ['GET', 'HEAD'];
const MODEL_NAME = '[A-Za-z0-9][A-Za-z0-9._:@-]*';

/** Names and ARNs, in which clients of AWS encode the colon and the slash; never a way upwards. */
const BEDROCK_MODEL = '(?!(?:%2[Ff]|.)*\\.\\.)[A-Za-z0-9](?:[A-Za-z0-9._:-]|%3[Aa]|%2[Ff])*';

const OPENAI: ProviderRoutes = {
  prefix: '/v1',
  routes: [
    { methods: ASK, path: /^\/(responses|responses\/compact|responses\/input_tokens)$/ },
    { methods: ASK, path: /^\/(chat\/completions|completions|embeddings)$/ },
    { methods: LOOK, path: new RegExp(`^/models(/${MODEL_NAME}){0,2}$`) },
  ],
};

export const PROVIDER_ROUTES: Readonly<Record<ModelProvider, ProviderRoutes>> = {
  anthropic: {
    prefix: '',
    routes: [
      { methods: ASK, path: /^\/v1\/messages(\/count_tokens)?$/ },
      { methods: LOOK, path: new RegExp(`^/v1/models(/${MODEL_NAME})?$`) },
    ],
  },
  openai: OPENAI,
  'openai-compatible': OPENAI,
  google: {
    prefix: '',
    routes: [
      {
        methods: ASK,
        path: new RegExp(
          `^/v1(alpha|beta)?/models/${MODEL_NAME.replace(':', '')}:(generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)$`,
        ),
      },
      { methods: LOOK, path: new RegExp(`^/v1(alpha|beta)?/models(/${MODEL_NAME})?$`) },
    ],
  },
  bedrock: {
    prefix: '',
    routes: [
      {
        methods: ASK,
        path: new RegExp(
          `^/model/${BEDROCK_MODEL}/(invoke|invoke-with-response-stream|converse|converse-stream)$`,
        ),
      },
    ],
  },
  // With a key alone, Vertex AI has neither projects nor locations in its paths, and only Google's own models.
  vertex: {
    prefix: '',
    routes: [
      {
        methods: ASK,
        path: new RegExp(
          `^/v1(beta1)?/publishers/google/models/${MODEL_NAME.replace(':', '')}:(generateContent|streamGenerateContent|countTokens)$`,
        ),
      },
    ],
  },
};

/** Parameters that carry a credential of the agent's own. */
const CREDENTIAL_PARAMETERS = ['key', 'access_token', 'api_key', 'api-key', 'oauth_token', '$httpheaders'];

export type Route =
  | { readonly ok: true; readonly path: string; readonly search: string }
  | { readonly ok: false; readonly path: string; readonly reason: EgressReason };

/** Judges a request by its method and target; the path is then relative to the upstream's base URL. */
export function findRoute(provider: ModelProvider, method: string, target: string): Route {
  const { prefix, routes } = PROVIDER_ROUTES[provider];
  const [path = '', query = ''] = target.split('?', 2) as [string, string?];
  const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
  const named = below === undefined ? [] : routes.filter((route) => route.path.test(below));
  if (below === undefined || named.length === 0) return { ok: false, path, reason: 'path-not-allowed' };
  if (!named.some((route) => route.methods.includes(method))) {
    return { ok: false, path, reason: 'method-not-allowed' };
  }
  return { ok: true, path: below, search: searchOf(query) };
}

function searchOf(query: string): string {
  const kept = [...new URLSearchParams(query)].filter(
    ([name]) => !CREDENTIAL_PARAMETERS.includes(name.toLowerCase()),
  );
  return kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`;
}
