import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withBaseOfEvent } from '../../../src/action/base-of-event.js';

const SHA = '0123456789abcdef0123456789abcdef01234567';
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'event-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function event(name: string, content: unknown) {
  const path = join(directory, 'event.json');
  writeFileSync(path, JSON.stringify(content));
  return { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path };
}

describe('the base of a pull request', () => {
  it.each(['pull_request', 'pull_request_target', 'pull_request_review_comment'])(
    'is taken from the event %s',
    (name) => {
      const environment = event(name, { pull_request: { base: { sha: SHA } } });
      expect(withBaseOfEvent({ run: 'true' }, environment)).toEqual({ run: 'true', base: SHA });
    },
  );

  it.each(['none', 'main'])('%s, when somebody has said so, wins', (base) => {
    const environment = event('pull_request', { pull_request: { base: { sha: SHA } } });
    expect(withBaseOfEvent({ base }, environment)).toEqual({ base });
  });

  it.each([
    ['push', {}],
    ['schedule', null],
    ['workflow_dispatch', { inputs: {} }],
  ])('%s has none', (name, content) => {
    expect(withBaseOfEvent({}, event(name, content))).toEqual({});
  });

  it('no event at all has none', () => expect(withBaseOfEvent({}, {})).toEqual({}));

  it.each<[string, unknown]>([
    ['without a base', { pull_request: {} }],
    ['with something else for a commit', { pull_request: { base: { sha: '--upload-pack=x' } } }],
    ['that is not an object', []],
  ])('an event of a pull request %s is refused, not trusted', (_, content) => {
    expect(() => withBaseOfEvent({}, event('pull_request', content))).toThrow(/does not name its base/);
  });

  it('an event of a pull request that cannot be read is refused', () => {
    const environment = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: join(directory, 'missing') };
    expect(() => withBaseOfEvent({}, environment)).toThrow(/does not name its base/);
  });
});
