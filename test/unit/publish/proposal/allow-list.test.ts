import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/config/config-file.js';
import { shownBy } from '../shown.js';
import { type ProposalRig, startProposalRig } from './rig.js';

const BRANCH = 'cagent/refactor-claude';
const CONFIG = `version: 1
network:
  # What we know of.
  allow:
    - node
`;

let rig: ProposalRig;
let start: string;

beforeEach(async () => {
  rig = await startProposalRig();
  start = rig.fake.store.commit('main', { 'cagent.yml': CONFIG, 'a.txt': 'a\n' });
});
afterEach(async () => {
  expect(rig.fake.problems).toEqual([]);
  await rig.close();
});

const audited = () => rig.runOf(start, { 'cagent.yml': CONFIG, 'a.txt': 'changed in an audit\n' }).directory;
const proposed = () => rig.fake.store.file(BRANCH, 'cagent.yml') ?? '';

describe('what runs in audit mode reached', () => {
  it('becomes a draft that adds it to the list, and nothing of what the agent changed', async () => {
    const outcome = await rig.proposeAllowList(audited(), ['- api.example.com', '- python', '- node']);
    expect(outcome).toMatchObject({ kind: 'created', changedFiles: 1 });
    expect(rig.fake.store.text('diff', '--name-only', 'main', BRANCH)).toBe('cagent.yml');
    expect(proposed()).toBe(`${CONFIG}    - api.example.com\n    - python\n`);
    expect(rig.fake.state.pulls).toMatchObject([{ draft: true, base: 'main' }]);
    expect(rig.fake.state.pulls[0]?.body).toContain('- `"api.example.com"`');
  });

  it('names beside a preset the hosts that were reached, since the preset opens more', async () => {
    const row = (host: string, verdict: string) => ({ host, verdict, count: 1 });
    const hosts = [
      row('pypi.org', 'audited'),
      row('pypi.org', 'audited'),
      row('conda.anaconda.org', 'blocked'),
      row('a.example.com', 'audited'),
      row('`@mona` #1', 'audited'),
    ];
    const forge = ({ report }: { report: Record<string, unknown> }) => {
      report.egress = { hosts };
    };
    const { directory } = rig.runOf(start, { 'cagent.yml': CONFIG, 'a.txt': 'x\n' }, { forge });
    await rig.proposeAllowList(directory, ['- python', '- rust', '- a.example.com']);
    const body = rig.fake.state.pulls[0]?.body ?? '';
    expect(body).toContain('- `"python"` for `pypi.org`\n');
    expect(body).toContain('- `"rust"` for hosts that an earlier run reached\n');
    expect(body).toContain('- `"a.example.com"`\n');
    expect(body).not.toContain('conda.anaconda.org');
  });

  it('is gathered in the same draft from day to day, also when the base has moved on', async () => {
    await rig.proposeAllowList(audited(), ['- api.example.com']);
    rig.fake.store.commit('main', { 'a.txt': 'moved\n' }, { onTop: true });
    expect(
      await rig.proposeAllowList(audited(), ['- { dest: db.example.com, ports: [5432] }']),
    ).toMatchObject({
      kind: 'updated',
    });
    expect(proposed()).toContain('- api.example.com\n    - { dest: db.example.com, ports: [ 5432 ] }\n');
    expect(await rig.proposeAllowList(audited(), ['- api.example.com'])).toMatchObject({ kind: 'unchanged' });
    expect(rig.fake.state.pulls).toHaveLength(1);
    expect(rig.fake.store.text('rev-list', '--count', `main..${BRANCH}`)).toBe('1');
    expect(rig.fake.store.file(BRANCH, 'a.txt')).toBe('moved\n');
    parseConfig(proposed(), 'cagent.yml');
  });

  it('makes the configuration where there is none', async () => {
    rig.fake.store.commit('main', { 'a.txt': 'a\n' });
    await rig.proposeAllowList(audited(), ['- api.example.com']);
    expect(proposed()).toBe('version: 1\nnetwork:\n  allow:\n    - api.example.com\n');
  });

  it('does not bring back an entry that people have taken out of the base', async () => {
    rig.fake.store.commit('main', { 'cagent.yml': `${CONFIG}    - old.example.com\n` }, { onTop: true });
    await rig.proposeAllowList(audited(), ['- api.example.com']);
    rig.fake.store.commit('main', { 'cagent.yml': CONFIG }, { onTop: true });
    expect(await rig.proposeAllowList(audited(), ['- b.example.com'])).toMatchObject({ kind: 'updated' });
    expect(proposed()).toBe(`${CONFIG}    - api.example.com\n    - b.example.com\n`);
  });

  it('does not bring back what was merged from the draft and taken out later, where its branch was left', async () => {
    await rig.proposeAllowList(audited(), ['- api.example.com']);
    rig.fake.store.git(['update-ref', 'refs/heads/main', `refs/heads/${BRANCH}`]);
    rig.fake.store.commit('main', { 'cagent.yml': CONFIG }, { onTop: true });
    await rig.proposeAllowList(audited(), ['- b.example.com']);
    expect(proposed()).toBe(`${CONFIG}    - b.example.com\n`);
  });

  it('is closed when the base allows all of it', async () => {
    await rig.proposeAllowList(audited(), ['- api.example.com']);
    rig.fake.store.commit('main', { 'cagent.yml': `${CONFIG}    - api.example.com\n` }, { onTop: true });
    expect(await rig.proposeAllowList(audited(), ['- node'])).toMatchObject({ kind: 'closed' });
    expect(await rig.proposeAllowList(audited(), [])).toEqual({ kind: 'nothing' });
  });

  it('overwrites nothing that somebody has committed to the branch', async () => {
    await rig.proposeAllowList(audited(), ['- api.example.com']);
    rig.fake.store.commit(BRANCH, { 'cagent.yml': CONFIG }, { onTop: true });
    expect(await rig.proposeAllowList(audited(), ['- b.example.com'])).toMatchObject({ kind: 'foreign' });
  });

  it.each([
    ['is no rule', '- "not a host!"'],
    ['brings more than a rule', '- { dest: a.example.com, run: rm }'],
  ])('%s: a forged suggestion is refused', async (_, item) => {
    await expect(rig.proposeAllowList(audited(), [item])).rejects.toMatchObject({ code: 'config.invalid' });
    expect(rig.fake.writes()).toEqual([]);
  });

  it('does nothing in the text of the pull request', async () => {
    await rig.proposeAllowList(audited(), [
      '- { dest: "a.example.com", ports: [443] }',
      '- "*.x.example.com"',
    ]);
    const shown = shownBy(rig.fake.state.pulls[0]?.body ?? '');
    expect(shown.acting).toEqual([]);
  });
});
