import { describe, expect, it } from 'vitest';
import { refuseRunnerVariables, runnerTokens } from '../../../src/action/runner-variables.js';

const RUNNER = { GITHUB_TOKEN: 'ghs_token', ACTIONS_RUNTIME_TOKEN: 'runtime.token', PATH: '/bin' };

describe("the runner's own variables", () => {
  it.each([
    'GITHUB_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'ACTIONS_CACHE_URL',
    'GITHUB_ENV',
    'GITHUB_OUTPUT',
    'GITHUB_PATH',
    'GITHUB_STATE',
    'GITHUB_STEP_SUMMARY',
    'INPUT_ENV',
    'STATE_run-id',
  ])('%s is never given to an agent', (name) => {
    expect(() => refuseRunnerVariables([{ name, value: 'x', secret: true }], {}, '')).toThrow(
      `input env: ${name} belongs to the runner`,
    );
  });

  it.each([
    ['under another name', { name: 'MY_KEY', value: 'ghs_token', secret: false }],
    ['inside another value', { name: 'URL', value: 'https://x:runtime.token@host/', secret: false }],
  ])('a token %s is refused too', (_, entry) => {
    expect(() => refuseRunnerVariables([entry], RUNNER, '')).toThrow(entry.name);
  });

  it('the token of the input is refused in any value', () => {
    const entry = { name: 'HEADER', value: 'bearer ghp_of_the_input', secret: false };
    expect(() => refuseRunnerVariables([entry], {}, 'ghp_of_the_input')).toThrow('HEADER');
  });

  it('every token of the runner is masked in the results', () => {
    const values = runnerTokens(RUNNER, 'ghp_of_the_input').map(({ value }) => value);
    expect(values).toEqual(['ghp_of_the_input', 'ghs_token', 'runtime.token']);
  });

  it('the message never shows a value', () => {
    try {
      refuseRunnerVariables([{ name: 'MY_KEY', value: 'ghs_token', secret: false }], RUNNER, '');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain('ghs_token');
    }
  });

  it('other variables pass, also the harmless ones of the runner', () => {
    const entries = [
      { name: 'MODEL_KEY', value: 'key', secret: true },
      { name: 'GITHUB_REPOSITORY', value: 'acme/widget', secret: true },
      { name: 'GITHUB_TOKEN', value: 'a word of the user', secret: false },
    ];
    expect(() => refuseRunnerVariables(entries, RUNNER, '')).not.toThrow();
  });

  it('an empty token of the runner refuses nothing', () => {
    const entries = [{ name: 'A', value: 'b', secret: false }];
    expect(() => refuseRunnerVariables(entries, { GITHUB_TOKEN: '' }, '')).not.toThrow();
  });
});
