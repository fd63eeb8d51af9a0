import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { followKernelLog, wordsIn } from '../../../src/sandbox/kernel-log.js';

const ID = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

/** As Linux 6.18 writes them, for both drivers of control groups. */
const refused = (group: string): string =>
  `6,57029,42378089761,-;cgroup: fork rejected by pids controller in ${group}\n`;
const killed = (id: string): string =>
  `6,57030,42378089800,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${id},mems_allowed=0,oom_memcg=/docker/${id},task_memcg=/docker/${id},task=python3,pid=3411,uid=0\n`;
const NOISE = `6,57031,42378089900,-;docker0: port 1(veth${ID.slice(0, 7)}) entered forwarding state\n`;

describe('what the kernel says of a container', () => {
  it('is that it refused it a process, by either driver of control groups', () => {
    expect(wordsIn([NOISE, refused(`/docker/${ID}`)], ID)).toEqual({ pidsRefused: 1 });
    expect(wordsIn([refused(`/system.slice/docker-${ID}.scope`), NOISE], ID)).toEqual({ pidsRefused: 1 });
  });
  it('is that it killed a process of it for memory', () => {
    expect(wordsIn([killed(ID)], ID)).toEqual({ oomKills: 1 });
    expect(wordsIn([killed(ID), refused(`/docker/${ID}`)], ID)).toEqual({ pidsRefused: 1, oomKills: 1 });
  });
  it('is nothing when it is about others', () => {
    expect(wordsIn([killed(OTHER), refused(`/docker/${OTHER}`), NOISE], ID)).toEqual({});
  });
});

describe('the log', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kernel-log-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('counts from when it was opened on: an earlier start of a container has the same id', () => {
    const file = join(directory, 'log');
    writeFileSync(file, refused(`/docker/${ID}`));
    const log = followKernelLog(file);
    appendFileSync(file, killed(ID));
    expect(log.wordsAbout(ID)).toEqual({ oomKills: 1 });
  });
  it('that nobody may read says nothing', () => {
    expect(followKernelLog(join(directory, 'none')).wordsAbout(ID)).toEqual({});
  });
});
