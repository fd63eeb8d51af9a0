import { describe, expect, it } from 'vitest';
import { engineAdvice, runnerPlace } from '../../../src/action/runner-place.js';

describe('where a job runs', () => {
  it.each([
    ['a runner of GitHub', { RUNNER_ENVIRONMENT: 'github-hosted' }, false, 'github-hosted'],
    ['a machine of the user', { RUNNER_ENVIRONMENT: 'self-hosted' }, false, 'self-hosted'],
    ['a runner that is itself in a container', { GITHUB_WORKSPACE: '/work/a/a' }, true, 'self-hosted'],
    [
      'a job container',
      { RUNNER_ENVIRONMENT: 'github-hosted', GITHUB_WORKSPACE: '/__w/a/a' },
      true,
      'job-container',
    ],
    ['a directory with that name', { GITHUB_WORKSPACE: '/__w/a/a' }, false, 'self-hosted'],
    ['a pod with an engine beside it', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, true, 'dind'],
    [
      'a pod for each job',
      {
        KUBERNETES_SERVICE_HOST: '10.0.0.1',
        ACTIONS_RUNNER_CONTAINER_HOOKS: '/hooks.js',
        GITHUB_WORKSPACE: '/__w/a/a',
      },
      true,
      'kubernetes',
    ],
  ] as const)('%s', (_, environment, inContainer, place) => {
    expect(runnerPlace(environment, inContainer)).toBe(place);
  });

  it.each([
    ['kubernetes', 'dind'],
    ['dind', 'containerMode'],
    ['job-container', 'container:'],
    ['self-hosted', 'group docker'],
    ['github-hosted', 'ubuntu-24.04'],
  ] as const)('%s: an engine that is not there is answered with what to do', (place, words) => {
    expect(engineAdvice('docker.unreachable', place)).toContain(words);
    expect(engineAdvice('docker.failed', place)).toBeUndefined();
  });
});
