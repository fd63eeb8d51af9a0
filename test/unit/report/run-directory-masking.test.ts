import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { secretForms } from '../../../src/core/secret-values.js';
import { RUN_FILES } from '../../../src/report/run-directory-claim.js';
import { KEY, open, patchFile, places, read, results } from './run-directories.js';
import { changes, plan, RUN_ID, records, sampleReport } from './samples.js';

const place = places();

describe('a secret value', () => {
  test.each(secretForms(KEY))('is in no file of the run directory, in any form: %s', async (form) => {
    const directory = await open(place.out);
    directory.egress({
      ...(records[3] as (typeof records)[number]),
      path: `/x?${form}`,
      host: `${form}.evil.example`,
    });
    for (const byte of Buffer.from(`log ${form} end`)) directory.agentOutput('stdout', Buffer.from([byte]));
    await writeFile(join(directory.scratch, 'note.txt'), `say ${form} loud`);
    const file = { path: `src/${form}`, status: 'added' as const };
    const report = sampleReport({
      notices: [form],
      error: { code: 'docker.failed', message: form },
      egress: directory.egressSummary(),
    });
    const leakyPlan = {
      ...plan,
      agent: { ...plan.agent, command: ['sh', '-c', form] },
      commands: [['docker', form]],
    };
    await directory.finish({
      report,
      plan: leakyPlan,
      changes: { ...changes, files: [file] },
      patch: patchFile(place, `+${form}\n`),
    });
    for (const name of [...RUN_FILES.filter((file) => file !== 'scratch'), 'scratch/note.txt']) {
      expect(await read(place, name)).not.toContain(form);
    }
    expect(await read(place, 'agent.log')).toBe('log *** end');
    expect(await read(place, 'scratch/note.txt')).toBe('say *** loud');
    for (const name of ['report.json', 'plan.json', 'changes.json']) JSON.parse(await read(place, name));
  });

  test('is in no value and no name of the structured output, whatever the field is called', async () => {
    const directory = await open(place.out);
    const report = sampleReport();
    const structuredOutput = { status: KEY, [KEY]: [{ type: KEY, code: `x${KEY}` }] };
    await directory.finish(
      results(place, { report: { ...report, agent: { ...report.agent, structuredOutput } } }),
    );
    const written = JSON.parse(await read(place, 'report.json'));
    expect(written.agent.structuredOutput).toEqual({ status: '***', '***': [{ type: '***', code: 'x***' }] });
    expect(written.agent.outcome.kind).toBe('done');
  });

  test('cannot hide behind the cut of a long request', async () => {
    const directory = await open(place.out);
    const path = `/${'x'.repeat(180)}${KEY}`;
    directory.egress({ ...(records[3] as (typeof records)[number]), path });
    expect(JSON.stringify(directory.egressSummary())).not.toContain(KEY.slice(0, 8));
    await directory.finish(results(place));
  });

  test('in the patch is replaced, and the report says that the patch is not what the agent wrote', async () => {
    const directory = await open(place.out);
    const report = await directory.finish(results(place, { patch: patchFile(place, `+key=${KEY}\n`) }));
    expect(await read(place, 'changes.patch')).toBe('+key=***\n');
    expect(report.changes).toMatchObject({ patchMasked: true, patchBytes: 9 });
    expect(report.notices.join()).toContain('changes.patch');
    expect(JSON.parse(await read(place, 'report.json'))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  test('is in no name of the scratch, and no file is lost for it', async () => {
    const directory = await open(place.out);
    const inner = join(directory.scratch, `for-${KEY}`);
    await mkdir(inner);
    await writeFile(join(inner, `${KEY}.log`), 'one');
    await writeFile(join(inner, '***.log'), 'other');
    const report = await directory.finish(results(place));
    expect(await read(place, 'scratch/for-***/***.log')).toBe('other');
    expect(await read(place, 'scratch/for-***/***.log-2')).toBe('one');
    expect(await readdir(directory.scratch)).toEqual(['for-***']);
    expect(JSON.stringify(report)).not.toContain(KEY);
  });

  test('in the scratch is found in unreadable files and never through links', async () => {
    const directory = await open(place.out);
    await writeFile(join(place.base, 'outside'), KEY);
    await mkdir(join(directory.scratch, 'sub'));
    await symlink(join(place.base, 'outside'), join(directory.scratch, 'link'));
    await writeFile(join(directory.scratch, 'sub', 'locked'), KEY);
    await chmod(join(directory.scratch, 'sub', 'locked'), 0);
    const report = await directory.finish(results(place));
    expect(await read(place, 'scratch/sub/locked')).toBe('***');
    expect(await readFile(join(place.base, 'outside'), 'utf8')).toBe(KEY);
    expect(report.notices.join()).toContain('scratch/sub/locked');
  });

  test('that is a word of the schema does not make a file invalid', async () => {
    const words = ['success', 'overlay', 'blocked', 'block', 'cagent.report/1', RUN_ID].map((value) => ({
      name: 'W',
      value,
    }));
    const directory = await open(place.out, { secrets: words });
    directory.egress(records[2] as never);
    await directory.finish(results(place));
    expect(JSON.parse(await read(place, 'report.json'))).toMatchObject({
      schema: 'cagent.report/1',
      runId: RUN_ID,
      conclusion: 'success',
      workspace: { mode: 'overlay' },
    });
    expect(JSON.parse(await read(place, 'egress.jsonl'))).toMatchObject({ verdict: 'blocked' });
  });
});

describe('the agent log', () => {
  test('keeps bytes that are not UTF-8', async () => {
    const directory = await open(place.out);
    const noise = Buffer.from([0, 255, 254, 10, 0xc3, 0x28]);
    expect(directory.agentOutput('stdout', noise)).toEqual(noise);
    await directory.finish(results(place));
    expect(await readFile(join(place.out, 'agent.log'))).toEqual(noise);
  });

  test('masks each stream for itself when both are mixed', async () => {
    const directory = await open(place.out);
    directory.agentOutput('stdout', Buffer.from(KEY.slice(0, 9)));
    expect(directory.agentOutput('stderr', Buffer.from('warning\n')).toString()).toBe('warning\n');
    expect(directory.agentOutput('stdout', Buffer.from(KEY.slice(9))).toString()).toBe('***');
    await directory.finish(results(place));
    expect(await read(place, 'agent.log')).toBe('warning\n***');
  });

  test('ends with what only looked like the start of a secret', async () => {
    const directory = await open(place.out);
    directory.agentOutput('stdout', Buffer.from('end sk-ant'));
    expect(directory.endAgentOutput().stdout.toString()).toBe('sk-ant');
    await directory.finish(results(place));
    expect(await read(place, 'agent.log')).toBe('end sk-ant');
  });

  test('does not grow without end, and the report says so', async () => {
    const directory = await open(place.out, { agentLogBytes: 10 });
    for (let at = 0; at < 5; at++)
      expect(directory.agentOutput('stdout', Buffer.from('1234')).toString()).toBe('1234');
    const report = await directory.finish(results(place));
    expect(await read(place, 'agent.log')).toBe('1234123412');
    expect(report.notices.join()).toContain('agent.log');
  });

  test('has room for what went out, however much was refused, and counts all of it', async () => {
    const directory = await open(place.out, { egressLogBytes: 2_000 });
    const record = { ...(records[0] as (typeof records)[number]), host: 'a.test' };
    for (let at = 0; at < 50; at++) directory.egress({ ...record, verdict: 'blocked' });
    directory.egress({ ...record, verdict: 'allowed' });
    const { blocked, allowed } = directory.egressSummary();
    const report = await directory.finish(results(place));
    const written = await read(place, 'egress.jsonl');

    expect({ blocked, allowed: allowed > 0 }).toEqual({ blocked: 50 * (record.count ?? 1), allowed: true });
    expect(written.length).toBeLessThanOrEqual(2_000);
    expect(written).toContain('"allowed"');
    expect(report.notices.join()).toContain('egress.jsonl');
  });
});
