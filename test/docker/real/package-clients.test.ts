import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { makeWorkspace, type RunResult, type Workspace } from '../../fixtures/cli.js';
import { ZONES, type Zone } from '../../fixtures/web/names.js';
import { startWeb, type Web } from '../../fixtures/web/start-web.js';
import { attempt, recordsOf, TRY } from './attempts.js';

/** Fetching is allowed everywhere. What changes something outside, only on the plain hosts. */
const CONFIG = `version: 1
network:
  allow:
    - "*.plain.test"
    - dest: git.inspected.test
      http:
        - { methods: [GET], paths: [/project.git/info/refs] }
        - { methods: [POST], paths: [/project.git/git-upload-pack] }
    - dest: npm.inspected.test
      http: [{ methods: [GET] }]
    - dest: https://pypi.inspected.test/
      http: [{ methods: [GET], paths: [/simple/, /files/] }]
`;

const CLIENTS = (zone: Zone): string => `
zoned() { name=$1; shift; try ${zone}-$name "$@"; }
cd /tmp && mkdir ${zone} && cd ${zone}
scratch() { (cd /workspace && zoned "$@"); }
W=/tmp/${zone}
scratch git-ls git ls-remote https://git.${zone}.test/project.git
scratch git-clone git clone https://git.${zone}.test/project.git $W/project
scratch git-shallow git clone --depth 1 https://git.${zone}.test/project.git $W/shallow
scratch git-unshallow git -C $W/shallow fetch --unshallow
scratch git-fetch git -C $W/project fetch --all --tags
commit() { head -c 4000000 /dev/urandom > project/random && git -C project add --all && git -C project commit --quiet --message more; }
commit
scratch git-push git -C $W/project push origin HEAD
commit
scratch git-push-chunked git -C $W/project -c http.postBuffer=65536 push origin HEAD
commit
scratch git-push-1 git -C $W/project -c http.postBuffer=10000000 -c http.version=HTTP/1.1 push origin HEAD
scratch git-status git -C $W/project log --oneline

mkdir app && echo '{"name":"app","version":"1.0.0","dependencies":{"greeter":"^1.0.0","undici":"*"}}' > app/package.json
npm_config_registry=https://npm.${zone}.test/ npm_config_cache=$W/cache; export npm_config_registry npm_config_cache
scratch npm-install npm --prefix $W/app install
scratch npm-run $W/app/node_modules/.bin/greet
rm -rf app/node_modules cache
scratch npm-ci npm --prefix $W/app ci
scratch npm-list npm --prefix $W/app ls --all
scratch npm-missing npm --prefix $W/app view no-such-package
mkdir new && echo '{"name":"secrets","version":"1.0.0"}' > new/package.json
scratch npm-publish npm publish $W/new --//npm.${zone}.test/:_authToken=placeholder
scratch npx npx --yes greeter

export PIP_INDEX_URL=https://pypi.${zone}.test/simple/
scratch pip-install python3 -m pip install --no-cache-dir greeting
scratch pip-run python3 -c 'import greeting'
scratch pip-uninstall python3 -m pip uninstall --yes greeting salutation
scratch pip-venv bash -c "python3 -m venv $W/venv && $W/venv/bin/pip install greeting && $W/venv/bin/python -c 'import greeting'"
scratch pip-download python3 -m pip download --no-deps --dest $W salutation==1.1
cd /workspace
`;

let web: Web;
let workspace: Workspace;
let result: RunResult;

beforeAll(async () => {
  web = await startWeb();
  workspace = makeWorkspace({ 'cagent.yml': CONFIG });
  result = await workspace.run(web.options, ['bash', '-c', [TRY, ...ZONES.map(CLIENTS)].join('\n')]);
});
afterAll(async () => {
  workspace?.remove();
  await web?.stop();
});

describe.each(ZONES)('on %s hosts', (zone) => {
  const of = (name: string): string => attempt(result, `${zone}-${name}`);

  it.each<[string, RegExp]>([
    ['git-ls', /refs\/heads\/main/],
    ['git-clone', /^0 /],
    ['git-shallow', /^0 /],
    ['git-unshallow', /^0 /],
    ['git-fetch', /^0 /],
    ['git-status', /first/],
    ['npm-install', /added 5 packages/],
    ['npm-run', /hello: from a package/],
    ['npm-ci', /added 5 packages/],
    ['npm-list', /@leichtgewicht\/ip-codec@/],
    ['npx', /hello: from a package/],
    ['pip-install', /Successfully installed greeting-1\.0 salutation-1\.1/],
    ['pip-run', /hello from a wheel/],
    ['pip-venv', /hello from a wheel/],
    ['pip-download', /salutation-1\.1/],
  ])('%s works', (name, expected) => {
    expect(of(name)).toMatch(/^0 /);
    expect(of(name)).toMatch(expected);
  });
  it('a package that is not there is told as such', () => expect(of('npm-missing')).toMatch(/^1 .*E404/s));
});

const PUSHES = ['git-push', 'git-push-chunked', 'git-push-1'];

describe('what would change something outside', () => {
  it.each(PUSHES)('%s works on a plain host', (name) =>
    expect(attempt(result, `plain-${name}`)).toMatch(/^0 /),
  );
  it.each(PUSHES)('%s is refused on a host for fetching only', (name) =>
    expect(attempt(result, `inspected-${name}`)).toMatch(/^(1|128) .*403/s),
  );
  it('npm publish is refused on a host for installing only', () =>
    expect(attempt(result, 'inspected-npm-publish')).toMatch(/^1 .*403/s));
  it('nothing of it has left', async () => {
    const seen = (await web.seen()).filter(({ host }) => host?.includes('inspected'));
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.filter(({ method }) => method !== 'GET' && method !== 'POST')).toEqual([]);
    expect(seen.filter(({ path }) => path?.endsWith('git-receive-pack') && !path.includes('?'))).toEqual([]);
  });
  it.each<[string, Partial<EgressRecord>]>([
    [
      'a push',
      { host: 'git.inspected.test', method: 'POST', path: '/project.git/git-receive-pack', status: 403 },
    ],
    ['a publication', { host: 'npm.inspected.test', method: 'PUT', path: '/secrets', status: 403 }],
  ])('%s is on record as blocked', (_, match) =>
    expect(recordsOf(result, { verdict: 'blocked', ...match })).not.toEqual([]),
  );
});

describe('the record', () => {
  it('has every request of an inspected host', async () => {
    const requests = recordsOf(result, { protocol: 'http', verdict: 'allowed' });
    const arrived = (await web.seen()).filter(({ host }) => host?.includes('inspected'));
    expect(requests).toHaveLength(arrived.length);
    expect(requests.map(({ path }) => path)).toContain('/project.git/info/refs?service=git-upload-pack');
    expect(requests.map(({ path }) => path)).toContain('/simple/greeting/');
  });
  it('counts the bytes of a push', () => {
    const sent = recordsOf(result, { protocol: 'tls', host: 'git.plain.test' }).map(
      ({ bytesOut = 0 }) => bytesOut,
    );
    expect(sent.filter((bytes) => bytes > 4_000_000)).toHaveLength(3);
  });
  it('has no blocked line for a plain host', () => {
    const lines = recordsOf(result, { verdict: 'blocked' }).map(({ host }) => host);
    expect(lines.filter((host) => host?.endsWith('plain.test'))).toEqual([]);
  });
});
