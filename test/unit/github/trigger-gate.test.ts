import { describe, expect, it } from 'vitest';
import type { GitHubEvent } from '../../../src/github/event.js';
import { triggerOf } from '../../../src/github/trigger.js';
import { judgeTrigger, type Permission, peopleToAsk } from '../../../src/github/trigger-gate.js';
import type { TriggerPolicy } from '../../../src/github/trigger-policy.js';
import { eventOf, pullRequest, repository, user } from './events.js';

const STRICT: TriggerPolicy = { allowUsers: [], allowBotUsers: [], fork: { kind: 'refuse' } };
const NO_NETWORK: TriggerPolicy = { ...STRICT, fork: { kind: 'no-network' } };
const LABEL: TriggerPolicy = { ...STRICT, fork: { kind: 'label', label: 'run-agent' } };

const PERMISSIONS: ReadonlyMap<string, Permission> = new Map([
  ['mona', 'write'],
  ['owner', 'admin'],
  ['reader', 'read'],
]);

function verdict(event: GitHubEvent, policy: TriggerPolicy = STRICT): string {
  const trigger = triggerOf(event);
  // Only what is asked for is known.
  const asked = peopleToAsk(trigger, policy);
  const known = new Map([...PERMISSIONS].filter(([login]) => asked.includes(login)));
  const result = judgeTrigger(trigger, policy, known);
  if (result.kind === 'skip') return result.reason;
  return result.restricted === undefined ? 'run' : `run, network ${result.restricted.network}`;
}

const FORK = { from: 'outsider/widget', author: 'outsider' };
const pull = (actor: string, options = {}, payload = {}) =>
  eventOf('pull_request', { action: 'opened', pull_request: pullRequest(options), ...payload }, { actor });
const comment = (author: string, { actor = author, onPull = false, labels = [] as string[] } = {}) =>
  eventOf(
    'issue_comment',
    {
      action: 'created',
      comment: { id: 1, body: '/agent', user: user(author) },
      issue: {
        number: 3,
        title: '',
        body: '',
        user: user('x'),
        labels: labels.map((name) => ({ name })),
        ...(onPull ? { pull_request: {} } : {}),
      },
    },
    { actor },
  );
const workflowRun = (
  starter: string,
  { from = 'acme/widget' as string | null, event = 'push', pulls = [] as object[] } = {},
) =>
  eventOf(
    'workflow_run',
    {
      action: 'completed',
      workflow_run: {
        id: 1,
        event,
        head_branch: 'x',
        head_sha: 'a'.repeat(40),
        head_repository: from === null ? null : repository(from),
        actor: user('mona'),
        triggering_actor: user(starter),
        pull_requests: pulls,
      },
    },
    { actor: 'mona' },
  );

describe('who may start an agent', () => {
  it.each<[string, GitHubEvent, string]>([
    ['somebody with write access', pull('mona'), 'run'],
    ['an administrator', pull('owner'), 'run'],
    ['somebody who can only read', pull('reader'), 'reader (who started the run) cannot write'],
    ['a stranger', pull('outsider'), 'outsider (who started the run) cannot write'],
    [
      'a stranger who opens an issue',
      eventOf('issues', { action: 'opened' }, { actor: 'outsider' }),
      'outsider',
    ],
    ['a stranger who stars the repository', eventOf('watch', {}, { actor: 'outsider' }), 'outsider'],
    [
      'a stranger, by an event that nobody knows yet',
      eventOf('brand_new', {}, { actor: 'outsider' }),
      'outsider',
    ],
    ['nobody', eventOf('issues', {}, { actor: '' }), 'nobody is named'],
    ['a member who comments', comment('mona'), 'run'],
    ['a stranger who comments', comment('outsider'), 'outsider (who started the run)'],
    [
      'a member who edits the comment of a stranger',
      comment('outsider', { actor: 'mona' }),
      'outsider (author of the comment)',
    ],
    [
      'a stranger whose comment names a member as author',
      comment('mona', { actor: 'outsider' }),
      'outsider (who started the run)',
    ],
    [
      'a stranger who reviews',
      eventOf('pull_request_review', { review: { user: user('outsider') }, pull_request: pullRequest() }),
      'outsider (author of the review)',
    ],
    ['a member whose run of another workflow ended', workflowRun('mona'), 'run'],
    [
      'a stranger whose run of another workflow ended',
      workflowRun('outsider'),
      'outsider (who started the run before)',
    ],
    ['a schedule, whoever wrote it', eventOf('schedule', {}, { actor: 'outsider' }), 'run'],
    ['a workflow that a schedule started', workflowRun('outsider', { event: 'schedule' }), 'run'],
    ['a push, which takes write access', eventOf('push', {}, { actor: 'outsider' }), 'run'],
    [
      'a start by hand, which takes write access',
      eventOf('workflow_dispatch', {}, { actor: 'outsider' }),
      'run',
    ],
    [
      'a stranger who re-runs what a member started',
      eventOf('issues', { action: 'opened' }, { actor: 'mona', triggeringActor: 'outsider' }),
      'outsider',
    ],
    [
      'a member who re-runs what a stranger started',
      eventOf('issues', { action: 'opened' }, { actor: 'outsider', triggeringActor: 'mona' }),
      'run',
    ],
    [
      'a member who re-runs what the comment of a stranger started',
      eventOf(
        'issue_comment',
        { comment: { id: 1, user: user('outsider') } },
        { actor: 'outsider', triggeringActor: 'mona' },
      ),
      'outsider (author of the comment)',
    ],
  ])('%s', (_, event, expected) => {
    if (expected === 'run') expect(verdict(event)).toBe('run');
    else expect(verdict(event)).toContain(expected);
  });

  it.each<[string, readonly string[], string, string]>([
    ['is enough, whatever the letter case', ['OutSider'], 'outsider', 'run'],
    ['is not a beginning', ['out'], 'outsider', 'cannot write'],
    ['is not an end', ['sider'], 'outsider', 'cannot write'],
    ['may be everybody', ['*'], 'outsider', 'run'],
    ['of people does not let bots in', ['*'], 'hubot[bot]', 'not in allow-bot-users'],
  ])('being listed %s', (_, allowUsers, actor, expected) => {
    expect(verdict(pull(actor), { ...STRICT, allowUsers })).toContain(expected);
  });

  it.each<[string, readonly string[], string]>([
    ['not without being named', [], 'the bot hubot[bot] (who started the run) is not in allow-bot-users'],
    ['by its full name', ['HUBOT[bot]'], 'run'],
    ['not by the name of its app alone', ['hubot'], 'not in allow-bot-users'],
    ['not by the mark that all have', ['[bot]'], 'not in allow-bot-users'],
    ['not because another one is named', ['evil-hubot[bot]'], 'not in allow-bot-users'],
  ])('bots: %s', (_, allowBotUsers, expected) => {
    expect(verdict(pull('hubot[bot]'), { ...STRICT, allowBotUsers })).toContain(expected);
    expect(verdict(eventOf('push', {}, { actor: 'hubot[bot]' }), { ...STRICT, allowBotUsers })).toContain(
      expected,
    );
  });

  it('an account that GitHub calls a bot is one, whatever its name', () => {
    const event = eventOf('issues', { sender: user('Copilot', 'Bot') }, { actor: 'Copilot' });
    expect(verdict(event, { ...STRICT, allowUsers: ['Copilot'] })).toContain('the bot Copilot');
    expect(verdict(event, { ...STRICT, allowBotUsers: ['Copilot'] })).toBe('run');
  });

  it('an account that is called a bot in one place is one in all', () => {
    const event = eventOf(
      'issue_comment',
      { sender: user('mona'), comment: { id: 1, body: '', user: user('Copilot', 'Bot') } },
      { actor: 'copilot' },
    );
    expect(verdict(event, { ...STRICT, allowUsers: ['copilot'] })).toContain('the bot copilot');
  });

  it('a permission that was not asked for is none', () => {
    expect(judgeTrigger(triggerOf(pull('mona')), STRICT, new Map()).kind).toBe('skip');
  });
});

describe('the pull request of a fork', () => {
  const labelled = (actor: string, name = 'run-agent') =>
    pull(actor, { ...FORK, labels: ['run-agent'] }, { action: 'labeled', label: { name } });

  it.each<[string, GitHubEvent, TriggerPolicy, string]>([
    ['is refused', pull('mona', FORK), STRICT, 'comes from a fork, and the input fork is refuse'],
    ['is refused also from a member', pull('owner', { from: 'owner/widget' }), STRICT, 'comes from a fork'],
    ['is one also when the fork is gone', pull('mona', { from: null }), STRICT, 'comes from a fork'],
    ['is none for another letter case', pull('mona', { from: 'Acme/Widget' }), STRICT, 'run'],
    ['runs without network for everybody', pull('outsider', FORK), NO_NETWORK, 'run, network none'],
    ['runs when a member puts the label on it', labelled('mona'), LABEL, 'run, network as-configured'],
    [
      'does not run when a stranger puts the label on it',
      labelled('reader'),
      LABEL,
      'reader (who started the run) cannot write',
    ],
    [
      'does not run for another label',
      labelled('mona', 'other'),
      LABEL,
      'nobody has just put the label run-agent on it',
    ],
    [
      'does not run for commits that came after the label',
      pull('outsider', { ...FORK, labels: ['run-agent'] }, { action: 'synchronize' }),
      LABEL,
      'nobody has just put the label',
    ],
    [
      'does not run when the label is taken off',
      pull('mona', FORK, { action: 'unlabeled', label: { name: 'run-agent' } }),
      LABEL,
      'nobody has just put the label',
    ],
  ])('%s', (_, event, policy, expected) => {
    expect(verdict(event, policy)).toContain(expected);
    const target = { ...event, name: 'pull_request_target' };
    expect(verdict(target, policy)).toContain(expected);
  });

  it.each<[string, GitHubEvent, TriggerPolicy, string]>([
    ['of which nothing is known', workflowRun('mona', { from: null }), STRICT, 'comes from a fork'],
    [
      'whose run of another workflow ended',
      workflowRun('mona', { from: 'x/widget' }),
      STRICT,
      'comes from a fork',
    ],
    [
      'whose run cannot show a label',
      workflowRun('mona', { from: 'x/widget' }),
      LABEL,
      'nobody has just put the label',
    ],
    ['whose run is harmless', workflowRun('outsider', { from: 'x/widget' }), NO_NETWORK, 'run, network none'],
    [
      'that may be one, as long as nobody has asked',
      comment('mona', { onPull: true }),
      STRICT,
      'comes from a fork',
    ],
    [
      'commented by a stranger, without network',
      comment('outsider', { onPull: true }),
      NO_NETWORK,
      'outsider',
    ],
    [
      'commented by a member, without the label',
      comment('mona', { onPull: true }),
      LABEL,
      'nobody has just put',
    ],
  ])('%s', (_, event, policy, expected) => {
    expect(verdict(event, policy)).toContain(expected);
  });

  it.each<[TriggerPolicy, readonly string[], string]>([
    [NO_NETWORK, [], 'run, network none'],
    [LABEL, ['run-agent'], 'run, network as-configured'],
  ])('that a member asks for in a comment is still restricted', (policy, labels, expected) => {
    const trigger = triggerOf(comment('mona', { onPull: true, labels: [...labels] }));
    const fork = {
      ...trigger,
      pullRequest: { ...(trigger.pullRequest as object), fork: true },
    } as typeof trigger;
    const result = judgeTrigger(fork, policy, PERMISSIONS);
    expect(result.kind === 'run' ? `run, network ${result.restricted?.network}` : result.reason).toBe(
      expected,
    );
  });

  it('asks GitHub about nobody when that cannot change the verdict', () => {
    expect(peopleToAsk(triggerOf(pull('outsider', FORK)), STRICT)).toEqual([]);
    expect(peopleToAsk(triggerOf(eventOf('schedule')), STRICT)).toEqual([]);
    expect(peopleToAsk(triggerOf(pull('mona')), { ...STRICT, allowUsers: ['mona'] })).toEqual([]);
  });
});
