import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultArtifactName, isArtifactName } from '../../../src/publish/artifact-name.js';
import { downloadRun } from '../../../src/publish/download-run.js';
import { artifactUrl, uploadArtifact } from '../../../src/publish/upload-artifact.js';

const RUNNER = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/widget',
  GITHUB_RUN_ID: '42',
};

afterEach(() => vi.unstubAllEnvs());

describe('artifact', () => {
  it('has a name that no other run has and the service takes', () => {
    const name = defaultArtifactName('20261122-101530-k3f9q2');
    expect(name).toBe('cagent-20261122-101530-k3f9q2');
    expect(isArtifactName(name)).toBe(true);
  });

  it.each(['', 'a/b', 'a\\b', 'a:b', 'a*b', 'a?b', 'a"b', 'a<b', 'a>b', 'a|b', 'a\nb', 'x'.repeat(257)])(
    'cannot be named %j',
    (name) => {
      expect(isArtifactName(name)).toBe(false);
    },
  );

  it('has the address of its page', () => {
    expect(artifactUrl(7, RUNNER)).toBe('https://github.com/acme/widget/actions/runs/42/artifacts/7');
  });

  it.each([
    ['the id', undefined, RUNNER],
    ['the repository', 7, { ...RUNNER, GITHUB_REPOSITORY: '' }],
    ['the run', 7, { ...RUNNER, GITHUB_RUN_ID: undefined }],
  ])('has no address when %s is not known', (_, id, environment) => {
    expect(artifactUrl(id, environment)).toBe('');
  });

  it('without an artifact service nothing is tried', async () => {
    expect(await uploadArtifact('a', '/nonexistent', {})).toEqual({ kind: 'unavailable' });
  });

  it('a directory that cannot be read is a failed upload and no throw', async () => {
    const service = { ACTIONS_RUNTIME_TOKEN: 'x', ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/' };
    const result = await uploadArtifact('a', '/nonexistent', service);
    expect(result).toMatchObject({ kind: 'failed', message: expect.stringContaining('ENOENT') });
  });

  it.each([
    ['of an enterprise server', { ACTIONS_RUNTIME_TOKEN: 'x', ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/' }],
    ['where there is no service', {}],
  ])('%s: apply says how else the run directory gets there', async (_, service) => {
    // The client reads it from the environment of the process.
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.corp.test');
    await expect(downloadRun('a', '/nonexistent', service)).rejects.toMatchObject({
      code: 'apply.run',
      hint: expect.stringContaining('the input run-directory'),
    });
  });
});
