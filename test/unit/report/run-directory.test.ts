import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RUN_FILES } from '../../../src/report/run-directory-claim.js';
import { writeResults } from '../../../src/report/run-results.js';
import { failure, failureOf, open, places, read, results, secrets } from './run-directories.js';
import { plan, RUN_ID, records, sampleReport } from './samples.js';

const place = places();

describe('a run directory', () => {
  test('holds every file when the run is over, and nothing else', async () => {
    const directory = await open(place.out);
    for (const record of records) directory.egress(record);
    directory.agentOutput('stdout', Buffer.from('hello\n'));
    await directory.finish(results(place));
    expect((await readdir(place.out)).sort()).toEqual([...RUN_FILES].sort());
    expect(
      (await read(place, 'egress.jsonl'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(records);
    expect(await read(place, 'agent.log')).toBe('hello\n');
    expect(await read(place, 'changes.patch')).toBe('diff --git a/x b/x\n');
    expect(JSON.parse(await read(place, 'plan.json'))).toEqual(JSON.parse(JSON.stringify(plan)));
    expect(JSON.parse(await read(place, 'report.json')).changes.patchBytes).toBe(19);
  });

  test('is whole also when cagent failed before there was a plan', async () => {
    const directory = await open(place.out);
    const report = sampleReport({
      conclusion: 'error',
      exitCode: 125,
      error: { code: 'image.unavailable', message: 'gone' },
    });
    await directory.finish({ report, plan: undefined, changes: undefined, patch: undefined });
    expect((await readdir(place.out)).sort()).toEqual([...RUN_FILES].sort());
    expect(JSON.parse(await read(place, 'plan.json'))).toEqual({
      schema: 'cagent.plan/1',
      runId: RUN_ID,
      error: { code: 'image.unavailable', message: 'gone' },
    });
    expect(JSON.parse(await read(place, 'changes.json'))).toMatchObject({
      schema: 'cagent.changes/1',
      files: [],
      patchBytes: 0,
    });
    expect(await read(place, 'changes.patch')).toBe('');
  });

  test('belongs to its owner alone', async () => {
    const directory = await open(place.out);
    await directory.finish(results(place));
    expect((await stat(place.out)).mode & 0o777).toBe(0o700);
    for (const name of RUN_FILES) expect((await stat(join(place.out, name))).mode & 0o077).toBe(0);
  });

  test('has records and output on disk before the run is over', async () => {
    const directory = await open(place.out);
    directory.egress(records[0] as never);
    directory.agentOutput('stderr', Buffer.from('x'));
    expect(await read(place, 'egress.jsonl')).toContain('registry.example');
    expect(await read(place, 'agent.log')).toBe('x');
    await directory.finish(results(place));
  });

  test('sums up what it recorded', async () => {
    const directory = await open(place.out);
    for (const record of records) directory.egress(record);
    expect(directory.egressSummary()).toMatchObject({ allowed: 2, blocked: 45, audited: 1 });
    await directory.finish(results(place));
  });
});

describe('taking over a directory', () => {
  test('replaces all files of an earlier run', async () => {
    const first = await open(place.out);
    await writeFile(join(first.scratch, 'old.txt'), 'old');
    first.agentOutput('stdout', Buffer.from('old'));
    await first.finish(results(place));
    const second = await open(place.out);
    expect(await readdir(second.scratch)).toEqual([]);
    await second.finish(results(place, { patch: undefined }));
    expect(await read(place, 'agent.log')).toBe('');
    expect(await read(place, 'changes.patch')).toBe('');
  });

  test('replaces the remains of a run that was killed', async () => {
    await open(place.out);
    await writeFile(
      join(place.out, '.cagent-run'),
      JSON.stringify({
        runId: RUN_ID,
        // Beyond the largest number of a process.
        owner: `4194304.1.${hostname()}`,
      }),
    );
    const next = await open(place.out);
    await next.finish(results(place));
    expect(await readdir(place.out)).toHaveLength(RUN_FILES.length);
  });

  test('refuses a directory that another run is using', async () => {
    const first = await open(place.out);
    const error = await failure(open(place.out));
    expect(error.code).toBe('config.out');
    expect(error.message).toContain(RUN_ID);
    await first.finish(results(place));
  });

  test.each(['report.json', 'changes.patch', 'agent.log', 'scratch'])(
    "refuses a directory with somebody else's %s and leaves it alone",
    async (name) => {
      await mkdir(place.out, { recursive: true });
      await writeFile(join(place.out, name), '{"schema":"other"}');
      const error = await failure(open(place.out));
      expect(error.code).toBe('config.out');
      expect(error.message).toContain(name);
      expect(await read(place, name)).toBe('{"schema":"other"}');
      expect(await readdir(place.out)).toEqual([name]);
    },
  );

  test('leaves other files of a directory where they are', async () => {
    await mkdir(place.out, { recursive: true });
    await writeFile(join(place.out, 'notes.txt'), 'mine');
    const directory = await open(place.out);
    await directory.finish(results(place));
    expect(await read(place, 'notes.txt')).toBe('mine');
  });

  test('refuses a file in the place of the directory', async () => {
    await writeFile(join(place.base, 'file'), '');
    expect((await failure(open(join(place.base, 'file')))).code).toBe('config.out');
    expect((await failure(open(join(place.base, 'file', 'below')))).code).toBe('config.out');
    // Nothing can be made below /proc, which answers as if /proc itself were missing.
    expect((await failure(open('/proc/cagent/below'))).code).toBe('config.out');
  });

  test('never writes through a link that waits under one of its names', async () => {
    const directory = await open(place.out);
    await writeFile(join(place.base, 'victim'), 'precious');
    await symlink(join(place.base, 'victim'), join(place.out, 'report.json'));
    await symlink(join(place.base, 'victim'), join(place.out, 'summary.md.partial'));
    await directory.finish(results(place));
    expect(await readFile(join(place.base, 'victim'), 'utf8')).toBe('precious');
    expect(JSON.parse(await read(place, 'report.json')).runId).toBe(RUN_ID);
  });
});

describe('a write that fails', () => {
  test('does not keep the other files from being written', async () => {
    const directory = await open(place.out);
    await mkdir(join(place.out, 'summary.md', 'in-the-way'), { recursive: true });
    const { error } = await directory.finish(results(place));
    expect(error?.code).toBe('report.write');
    expect(error?.message).toContain('summary.md');
    expect(error?.message).not.toContain('report.html');
    expect(JSON.parse(await read(place, 'report.json')).runId).toBe(RUN_ID);
    expect(await read(place, 'report.html')).toContain('</html>');
    expect((await readdir(place.out)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('for want of space says so and what to do', async () => {
    await open(place.out);
    const full = await failureOf(writeFile('/dev/full', 'x'));
    const { error } = await writeResults(place.out, results(place), secrets, new Map([['agent.log', full]]));
    expect(error?.code).toBe('report.write');
    expect(error?.message).toMatch(/^agent\.log in .*: no space left$/);
    expect(error?.hint).toContain('--out');
  });

  test.each(['summary.md', 'report.html', 'plan.json'])(
    'of %s makes the run an error in every file, whatever the agent did',
    async (name) => {
      const directory = await open(place.out);
      await mkdir(join(place.out, name, 'in-the-way'), { recursive: true });
      const report = await directory.finish(results(place));
      expect(report).toMatchObject({ conclusion: 'error', exitCode: 125, error: { code: 'report.write' } });
      expect(report.error?.message).toContain(name);
      expect(JSON.parse(await read(place, 'report.json'))).toEqual(report);
      expect(await read(place, 'metrics.prom')).toContain('conclusion="error"');
    },
  );

  test('after an error leaves that error and adds a notice', async () => {
    const directory = await open(place.out);
    await mkdir(join(place.out, 'summary.md', 'in-the-way'), { recursive: true });
    const error = { code: 'docker.unreachable', message: 'no engine' };
    const report = await directory.finish(
      results(place, { report: { ...sampleReport(), conclusion: 'error', exitCode: 125, error } }),
    );
    expect(report.error).toEqual(error);
    expect(report.notices.join()).toContain('summary.md');
  });

  test('of a patch that cannot be read is not a success', async () => {
    const directory = await open(place.out);
    const report = await directory.finish(results(place, { patch: join(place.base, 'missing') }));
    expect(report.conclusion).toBe('error');
    expect(report.error?.message).toContain('changes.patch');
  });
});
