import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { isOwnerAlive, ownerOf } from '../../../src/core/owner.js';
import { createRunId, isRunId } from '../../../src/core/run-id.js';

describe('a run id', () => {
  const now = new Date('2026-11-22T10:15:30.999Z');

  test('begins with the time, so that runs sort', () => {
    expect(createRunId(now)).toMatch(/^20261122-101530-[a-z2-9]{6}$/);
    expect(createRunId(now) < createRunId(new Date('2026-11-22T10:15:31Z'))).toBe(true);
  });

  test('differs between runs of the same second', () => {
    expect(new Set(Array.from({ length: 2_000 }, () => createRunId(now))).size).toBeGreaterThan(1_995);
  });

  test('is known by its form', () => {
    expect(isRunId(createRunId(now))).toBe(true);
    for (const text of [
      '',
      'x',
      '20261122-101530-abc',
      '20261122-101530-abcdef\n',
      '../20261122-101530-abcdef',
    ])
      expect(isRunId(text)).toBe(false);
  });
});

describe('the owner of a run', () => {
  test('is alive while its process is', () => {
    expect(isOwnerAlive(ownerOf(process.pid))).toBe(true);
  });

  test('is dead when its process has ended', async () => {
    const child = spawn('sleep', ['60']);
    const owner = ownerOf(child.pid as number);
    expect(isOwnerAlive(owner)).toBe(true);
    child.kill();
    await once(child, 'exit');
    expect(isOwnerAlive(owner)).toBe(false);
  });

  test('is dead as a zombie that nobody has waited for', async () => {
    // The shell's child ends with its input and stays a zombie, since the program that replaces the shell never waits.
    const parent = spawn('sh', ['-c', 'cat <&3 >&2 & echo $!; exec sleep 60 3<&-'], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    });
    const [line] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
    const pid = Number(String(line).trim());
    const owner = ownerOf(pid);
    expect(isOwnerAlive(owner)).toBe(true);
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n');
    (parent.stdio[3] as Socket).end();
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    expect(isOwnerAlive(owner)).toBe(false);
    parent.kill();
  });

  test('is not protected by a later process of the same number', () => {
    expect(isOwnerAlive(`${process.pid}.1.${hostname()}`)).toBe(false);
  });

  test('without a start time is alive while a process of that number is', () => {
    expect(isOwnerAlive(`${process.pid}.0.${hostname()}`)).toBe(true);
    expect(isOwnerAlive(`4194304.0.${hostname()}`)).toBe(false);
  });

  test('on another machine counts as alive', () => {
    expect(isOwnerAlive('1.1.some-other-machine.example')).toBe(true);
  });

  test.each(['', 'x', '1.2', 'a.b.c', '-1.5.host'])('%j is no owner and protects nothing', (owner) => {
    expect(isOwnerAlive(owner)).toBe(false);
  });
});
