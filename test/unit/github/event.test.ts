import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CagentError } from '../../../src/core/errors.js';
import { parseEvent, readEvent } from '../../../src/github/event.js';
import { parseRepositoryName } from '../../../src/github/repository-name.js';

const SHA = 'a'.repeat(40);
const REPOSITORY = {
  full_name: 'acme/widget',
  id: 1,
  private: false,
  visibility: 'public',
  default_branch: 'main',
};
const MONA = { login: 'mona', id: 7, type: 'User' };
const ENVIRONMENT = {
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_REPOSITORY: 'acme/widget',
  GITHUB_ACTOR: 'mona',
  GITHUB_TRIGGERING_ACTOR: 'hubot[bot]',
};

function pullRequest(head: object = {}) {
  return {
    number: 3,
    title: 'Close #1 @everyone',
    body: null,
    user: MONA,
    head: { ref: 'feature', sha: SHA, repo: REPOSITORY, ...head },
    base: { ref: 'main', sha: 'b'.repeat(40), repo: REPOSITORY },
    labels: [{ name: 'agent' }],
  };
}

function parse(payload: object, environment: Readonly<Record<string, string>> = {}) {
  const base = { repository: REPOSITORY, sender: MONA };
  return parseEvent(JSON.stringify({ ...base, ...payload }), { ...ENVIRONMENT, ...environment });
}

describe('the event of a workflow', () => {
  it('a pull request is read with both of its ends', () => {
    const event = parse({ action: 'labeled', pull_request: pullRequest(), label: { name: 'agent' } });
    expect(event).toMatchObject({
      name: 'pull_request',
      action: 'labeled',
      repository: { owner: 'acme', repo: 'widget' },
      isPrivate: false,
      defaultBranch: 'main',
      actor: 'mona',
      triggeringActor: 'hubot[bot]',
      sender: { login: 'mona', isBot: false },
      label: 'agent',
    });
    expect(event.pullRequest).toMatchObject({ number: 3, isFork: false, body: '', labels: ['agent'] });
    expect(event.pullRequest?.head).toEqual({
      branch: 'feature',
      sha: SHA,
      repository: { owner: 'acme', repo: 'widget' },
    });
  });

  it.each([
    ['another repository', { repo: { full_name: 'mallory/widget', id: 2 } }],
    ['a repository that is gone', { repo: null }],
  ])('a pull request from %s is from a fork', (_, head) => {
    expect(parse({ pull_request: pullRequest(head) }).pullRequest?.isFork).toBe(true);
  });

  it('letter case makes no fork', () => {
    const head = { repo: { full_name: 'Acme/Widget', id: 1 } };
    expect(parse({ pull_request: pullRequest(head) }).pullRequest?.isFork).toBe(false);
  });

  it('a comment tells the pull request that it is on', () => {
    const issue = { number: 3, title: 'x', user: MONA, pull_request: { url: 'x' } };
    const comment = { id: 9, body: '/agent fix', user: { ...MONA, login: 'helper[bot]', type: 'Bot' } };
    const event = parse({ issue, comment });
    expect(event.issue).toMatchObject({ number: 3, isPullRequest: true });
    expect(event.comment).toMatchObject({
      id: 9,
      body: '/agent fix',
      author: { login: 'helper[bot]', isBot: true },
    });
  });

  it('a bot is what GitHub says is one, whatever its name', () => {
    expect(parse({ sender: { login: 'robot-bot', id: 1, type: 'User' } }).sender?.isBot).toBe(false);
  });

  it('a schedule has no sender and no pull request', () => {
    const event = parseEvent('{"schedule":"0 0 * * 1"}', { ...ENVIRONMENT, GITHUB_EVENT_NAME: 'schedule' });
    expect(event.sender).toBeUndefined();
    expect(event.pullRequest).toBeUndefined();
    expect(event.repository).toEqual({ owner: 'acme', repo: 'widget' });
  });

  it.each([
    [
      'a commit that is none',
      { pull_request: pullRequest({ sha: '--upload-pack=x' }) },
      'pull_request.head.sha',
    ],
    ['an account that is none', { sender: { login: 'a b', id: 1, type: 'User' } }, 'sender.login'],
    ['a repository that is none', { repository: { full_name: 'acme/../x', id: 1 } }, 'repository.full_name'],
    ['a number that is none', { pull_request: { ...pullRequest(), number: '3; rm' } }, 'pull_request.number'],
    ['another repository', { repository: { ...REPOSITORY, full_name: 'acme/other' } }, 'acme/other'],
  ])('%s is refused, and the message says where', (_, payload, where) => {
    expect(() => parse(payload)).toThrow(where);
  });

  it.each(['', 'nonsense', '[]', '"text"'])('a payload of %j is refused', (text) => {
    const error = catchError(() => parseEvent(text, ENVIRONMENT));
    expect(error.code).toBe('github.event');
  });

  it('is read from the file that the runner names', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'event-'));
    const file = join(directory, 'event.json');
    writeFileSync(file, JSON.stringify({ sender: MONA }));
    expect((await readEvent({ ...ENVIRONMENT, GITHUB_EVENT_PATH: file })).sender?.login).toBe('mona');
    rmSync(directory, { recursive: true });
    await expect(readEvent({ ...ENVIRONMENT, GITHUB_EVENT_PATH: file })).rejects.toMatchObject({
      code: 'github.event',
    });
  });
});

describe('the name of a repository', () => {
  it.each(['acme/widget', 'a/b.c_d-e'])('%s is one', (text) =>
    expect(parseRepositoryName(text)).toBeDefined(),
  );
  it.each(['acme', 'acme/', 'a/b/c', '../x', 'acme/..', 'a b/c', 'acme/wid%2fget', ''])(
    '%j is none',
    (text) => {
      expect(parseRepositoryName(text)).toBeUndefined();
    },
  );
});

function catchError(work: () => unknown): CagentError {
  try {
    work();
  } catch (thrown) {
    return thrown as CagentError;
  }
  return expect.unreachable('nothing was thrown');
}
