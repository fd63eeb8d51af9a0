import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerError } from '../../../src/docker/client.js';
import { engineEndpoint } from '../../../src/docker/engine-endpoint.js';
import { planViewStrategy } from '../../../src/workspace/view-strategy.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'endpoint-'));
  const meta = join(directory, 'contexts/meta', createHash('sha256').update('far').digest('hex'));
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'meta.json'), '{"Name":"far","Endpoints":{"docker":{"Host":"ssh://me@far"}}}');
  writeFileSync(join(directory, 'config.json'), '{"currentContext":"far"}');
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the engine of the docker command', () => {
  it('DOCKER_HOST wins over every context', () => {
    expect(
      engineEndpoint({ DOCKER_HOST: 'tcp://h:1', DOCKER_CONTEXT: 'far', DOCKER_CONFIG: directory }).url,
    ).toBe('tcp://h:1');
  });
  it('the context of the configuration file is followed', () => {
    expect(engineEndpoint({ DOCKER_CONFIG: directory })).toEqual({
      url: 'ssh://me@far',
      from: 'the docker context far',
    });
  });
  it('DOCKER_CONTEXT wins over the configuration file', () => {
    expect(engineEndpoint({ DOCKER_CONFIG: directory, DOCKER_CONTEXT: 'default' }).url).toBeUndefined();
  });
  it('an unreadable configuration means the default socket', () => {
    expect(engineEndpoint({ HOME: '/nonexistent' }).url).toBeUndefined();
  });
});

describe('the strategy of the view', () => {
  it.each([
    [undefined, 'linux', 'overlay'],
    ['unix:///var/run/docker.sock', 'linux', 'overlay'],
    ['tcp://127.0.0.1:2375', 'linux', 'copy'],
    ['ssh://host', 'linux', 'copy'],
    ['npipe:////./pipe/docker_engine', 'win32', 'copy'],
    ['unix:///var/run/docker.sock', 'darwin', 'copy'],
  ] as const)('%s on %s: %s', (url, platform, strategy) => {
    expect(planViewStrategy({ url, from: 'DOCKER_HOST' }, platform).strategy).toBe(strategy);
  });
  it('the reason never shows a password', () => {
    expect(planViewStrategy({ url: 'tcp://user:pw@h:1', from: 'DOCKER_HOST' }, 'linux').reason).not.toContain(
      'pw',
    );
  });
});

describe('a refused mount', () => {
  const volume = '/var/lib/docker/volumes/cagent-20261122-101530-abcdef-view/_data';
  const mount = `docker: Error response from daemon: error while mounting volume '${volume}': failed to mount local volume: mount overlay:${volume}, data: lowerdir=/t:/m`;
  it.each([
    `${mount}: no such file or directory.`,
    `${mount}: invalid argument`,
    `${mount}: operation not permitted\n\nRun 'docker run --help' for more information`,
    'Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /tmp/cagent-20261122-101530-abcdef/s',
    'docker: Error response from daemon: Mounts denied: the path is not shared from the host',
  ])('is told from other failures: %s', (text) => {
    expect(dockerError(['run'], text, 125).code).toBe('workspace.overlay');
  });
  it.each([
    `${mount}: no space left on device`,
    'docker: Error response from daemon: no such image',
    'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /srv/data',
  ])('is not every failure: %s', (text) => {
    expect(dockerError(['run'], text, 125).code).toBe('docker.failed');
  });
});
