import { describe, expect, it } from 'vitest';
import { actionSettings } from '../../../src/action/action-settings.js';
import { readInputs, withoutInputs } from '../../../src/action/read-inputs.js';
import { flagsFromInputs, INPUT_NAMES } from '../../../src/config/inputs.js';

describe('inputs of the action', () => {
  it('every input of the table is found by the name that the runner gives it', () => {
    const environment = Object.fromEntries(
      INPUT_NAMES.map((name) => [`INPUT_${name.toUpperCase()}`, `<${name}>`]),
    );
    expect(readInputs(environment)).toEqual(
      Object.fromEntries(INPUT_NAMES.map((name) => [name, `<${name}>`])),
    );
  });

  it('other variables are not inputs', () => {
    expect(readInputs({ PATH: '/bin', GITHUB_TOKEN: 'x', INPUTS: 'y' })).toEqual({});
  });

  it('lines of a list are kept', () => {
    expect(readInputs({ INPUT_ALLOW: 'node\napi.example.com\n' })).toEqual({
      allow: 'node\napi.example.com\n',
    });
  });

  it('a misspelt input is refused by name, not left out', () => {
    const inputs = readInputs({ INPUT_ALOW: 'node', INPUT_RUN: 'true' });
    expect(() => flagsFromInputs(inputs)).toThrow(/input alow: unknown input.*nearest: allow/);
  });
});

describe('the environment of the engine', () => {
  it('holds no input, since some are keys', () => {
    const environment = { PATH: '/bin', 'INPUT_OPENAI-API-KEY': 'key', INPUT_RUN: 'true' };
    expect(withoutInputs(environment)).toEqual({ PATH: '/bin' });
  });
});

describe('settings of the action', () => {
  const defaults = actionSettings({});

  it('without any, strangers and forks are kept out and nothing is approved', () => {
    expect(defaults).toEqual({
      uploadArtifacts: true,
      artifactName: undefined,
      cacheImages: true,
      trigger: { allowUsers: [], allowBotUsers: [], fork: { kind: 'refuse' } },
      forkModelKey: false,
      stickyComment: true,
      commentScope: { key: '', label: '' },
      review: false,
      reviewApprove: false,
    });
  });

  it.each([
    ['mona, @hubot\n octo-cat_acme ', ['mona', 'hubot', 'octo-cat_acme']],
    ['*', ['*']],
  ])('people: %j', (text, names) => {
    expect(actionSettings({ 'allow-users': text }).trigger.allowUsers).toEqual(names);
  });

  it('bots are named in full', () => {
    expect(actionSettings({ 'allow-bot-users': 'renovate[bot]\nCopilot' }).trigger.allowBotUsers).toEqual([
      'renovate[bot]',
      'Copilot',
    ]);
  });

  it.each([
    ['no-network', { kind: 'no-network' }],
    ['label: safe to run ', { kind: 'label', label: 'safe to run' }],
    ['', { kind: 'refuse' }],
  ])('fork: %j', (text, policy) => {
    expect(actionSettings({ fork: text }).trigger.fork).toEqual(policy);
  });

  it.each([
    [{}, defaults],
    [{ 'upload-artifacts': '', 'artifact-name': '', 'cache-images': '' }, defaults],
    [{ 'upload-artifacts': ' false ' }, { ...defaults, uploadArtifacts: false }],
    [{ 'cache-images': 'false' }, { ...defaults, cacheImages: false }],
    [{ 'artifact-name': 'results-1' }, { ...defaults, artifactName: 'results-1' }],
  ])('%j', (inputs, settings) => {
    expect(actionSettings(inputs)).toEqual(settings);
  });

  it.each([
    [{ 'upload-artifacts': 'no' }, /input upload-artifacts: found "no", allowed: true or false/],
    [{ 'cache-images': 'True' }, /input cache-images: found "True"/],
    [{ 'artifact-name': 'a/b' }, /input artifact-name: found "a\/b"/],
    [{ 'allow-bot-users': '*[bot]' }, /input allow-bot-users: found "\*\[bot\]", allowed: whole logins/],
    [{ 'allow-bot-users': '[bot]' }, /whole logins/],
    [{ 'allow-users': 'mona, *' }, /input allow-users: found "\*"/],
    [{ 'allow-users': 'renovate[bot]' }, /a bot goes into allow-bot-users/],
    [{ 'allow-users': 'acme/team' }, /found "acme\/team"/],
    [{ fork: 'allow' }, /input fork: found "allow", allowed: refuse, no-network or label:NAME/],
    [{ fork: 'label:' }, /input fork: found "label:"/],
    [{ 'review-approve': 'yes' }, /input review-approve: found "yes"/],
  ])('%j is refused', (inputs, message) => {
    expect(() => actionSettings(inputs)).toThrow(message);
  });

  it('every problem is named at once', () => {
    expect(() => actionSettings({ 'upload-artifacts': 'x', 'cache-images': 'y' })).toThrow(
      /upload-artifacts.*; .*cache-images/,
    );
  });
});
