import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestProblems } from './api-description.js';
import { createGitStore, type GitStore } from './git-store.js';
import { graphqlProblems } from './graphql-description.js';
import { permissionRefusal } from './permissions.js';
import { type Answer, answerOf, GitHubRefusal, type RouteRequest } from './route.js';
import { ROUTES } from './routes.js';
import { createState, type State, type TokenOwner } from './state.js';

export interface Recorded {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
}

/** Something that happens at the next `times` requests that match. */
export interface Injection {
  readonly method: string;
  readonly path: RegExp;
  /** In the text that is sent. */
  readonly body?: RegExp;
  /** An answer instead of the true one, a connection that ends, one whose answer is lost, or what happens just before. */
  readonly answer: Answer | 'close' | 'lost' | (() => void);
  times: number;
}

export interface FakeGitHub {
  /** For GITHUB_API_URL. */
  readonly url: string;
  readonly store: GitStore;
  readonly state: State;
  /** Every request, in order. */
  readonly requests: readonly Recorded[];
  /** In what requests differed from GitHub's OpenAPI description or its GraphQL schema. A test ends with `expect(problems).toEqual([])`. */
  readonly problems: readonly string[];
  /** Requests that changed something: `POST /repos/acme/widget/pulls`. */
  writes(): readonly string[];
  inject(injection: Omit<Injection, 'times'> & { readonly times?: number }): void;
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly owner?: string;
  readonly repo?: string;
  readonly isPrivate?: boolean;
  /** Token to whom it belongs and what it may; default: `ghs_test`, of github-actions[bot], with write everywhere. */
  readonly tokens?: Readonly<Record<string, TokenOwner>>;
  /** Account to permission on the repository; everybody else has `read`. */
  readonly collaborators?: Readonly<
    Record<string, 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none'>
  >;
  /** Path below which the API is, such as `/api/v3` of an enterprise server. */
  readonly prefix?: string;
}

/** The endpoints of GitHub that cagent uses, with state: one repository on a server of this process. */
export async function startFakeGitHub(options: FakeOptions = {}): Promise<FakeGitHub> {
  const root = mkdtempSync(join(tmpdir(), 'fake-github-'));
  const store = createGitStore(join(root, 'repository.git'));
  const state = createState(options);
  const prefix = options.prefix ?? '';
  const requests: Recorded[] = [];
  const problems: string[] = [];
  const injections: Injection[] = [];

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const method = incoming.method ?? 'GET';
    const text = await textOf(incoming);
    const body = text === '' ? undefined : (JSON.parse(text) as unknown);
    // An enterprise server has GraphQL beside the REST API and not below it.
    const isGraphql = url.pathname === prefix.replace(/(\/v3)?$/, '/graphql');
    const below = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname;
    const path = isGraphql ? '/graphql' : below;
    const injected = injections.find(
      (one) =>
        one.times > 0 &&
        one.method === method &&
        one.path.test(path) &&
        (one.body === undefined || one.body.test(text)),
    );
    if (injected !== undefined) injected.times -= 1;
    const described = { method, path, query: url.searchParams, body };
    problems.push(...(isGraphql ? graphqlProblems(body) : requestProblems(described)));
    if (injected?.answer === 'close') {
      requests.push({ method, path, query: Object.fromEntries(url.searchParams), body, status: 0 });
      incoming.socket.destroy();
      return;
    }
    if (typeof injected?.answer === 'function') injected.answer();
    const given = typeof injected?.answer === 'object' ? injected.answer : undefined;
    const answer = given ?? route(incoming.headers.authorization ?? '', described);
    requests.push({ method, path, query: Object.fromEntries(url.searchParams), body, status: answer.status });
    if (injected?.answer === 'lost') {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(answer.status, {
      'content-type': 'application/json; charset=utf-8',
      ...answer.headers,
    });
    outgoing.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  }

  function route(
    authorization: string,
    request: Omit<RouteRequest, 'store' | 'state' | 'owner' | 'parameters' | 'url'>,
  ): Answer {
    const token = authorization.replace(/^(token|bearer) /i, '');
    const owner = state.tokens[token];
    if (owner === undefined) return { status: 401, body: { message: 'Bad credentials' } };
    const refusal = permissionRefusal(request.method, request.path, owner);
    if (refusal !== undefined) return refusal;
    for (const { method, pattern, names, handle: answer } of ROUTES) {
      const match = method === request.method ? pattern.exec(request.path) : null;
      if (match === null) continue;
      const parameters = Object.fromEntries(
        names.map((name, at) => [name, decodeURIComponent(match[at + 1] as string)]),
      );
      if (parameters.owner !== undefined && `${parameters.owner}/${parameters.repo}` !== state.fullName)
        break;
      try {
        return answerOf(answer({ ...request, parameters, store, state, owner, url: fake.url }));
      } catch (thrown) {
        if (thrown instanceof GitHubRefusal) return thrown.answer;
        return { status: 500, body: { message: String(thrown) } };
      }
    }
    return { status: 404, body: { message: 'Not Found' } };
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((thrown: unknown) => {
      problems.push(`the fake failed: ${String(thrown)}`);
      outgoing.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    store,
    state,
    requests,
    problems,
    writes: () =>
      requests
        .filter(({ method, path, body }) => (path === '/graphql' ? isMutation(body) : method !== 'GET'))
        .map(({ method, path }) => `${method} ${path}`),
    inject: (injection) => void injections.push({ times: 1, ...injection }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          rmSync(root, { recursive: true, force: true });
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return fake;
}

function isMutation(body: unknown): boolean {
  return (body as { query: string }).query.startsWith('mutation');
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
