import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packContext } from '../../../src/image/build-context.js';
import { planBuild } from '../../../src/image/plan-build.js';
import { planImages } from '../../../src/image/plan-images.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const WISHES = { noCache: false, push: undefined };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cagent-image-'));
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the docker commands of a build', () => {
  it('build the base, the layer of the agent, and the gateway, each unless it is there', () => {
    const plan = planImages({ kind: 'default' }, ROOT, 'claude');
    const steps = planBuild(plan, WISHES);
    const names = ['cagent-sandbox', 'cagent-claude', 'cagent-gateway'];
    expect(steps.map(({ unless }) => unless?.split(':')[0])).toEqual(names);
    expect(steps.map(({ args }) => [args[0], args.at(-1)])).toEqual(names.map(() => ['build', '-']));
    expect(steps[1]?.args).toContain(`SANDBOX=${steps[0]?.unless}`);
  });

  it('are unconditional without the cache', () => {
    const steps = planBuild(planImages({ kind: 'default' }, ROOT, 'claude'), { ...WISHES, noCache: true });
    expect(steps.every(({ args, unless }) => unless === undefined && args.includes('--no-cache'))).toBe(true);
  });

  it('push what the agent runs in, under the name that was asked for', () => {
    const plan = planImages({ kind: 'reference', reference: 'mine:1' }, ROOT, 'claude');
    expect(
      planBuild(plan, { ...WISHES, push: 'ghcr.io/org/x:1' })
        .map(({ args }) => args)
        .slice(-2),
    ).toEqual([
      ['tag', 'mine:1', 'ghcr.io/org/x:1'],
      ['push', 'ghcr.io/org/x:1'],
    ]);
  });

  it("use a user's directory as it is, on the default network", () => {
    const plan = planImages({ kind: 'build', context: directory }, ROOT, 'claude');
    const [step] = planBuild(plan, WISHES);
    expect(step?.args.slice(-2)).toEqual([join(directory, 'Dockerfile'), directory]);
    expect(step?.args).not.toContain('--network');
    expect(step?.context).toBeUndefined();
  });
});

describe('the labels of an image', () => {
  it('name the agent, its version, where it comes from, and the secrets that it needs, by name', () => {
    const { sandbox } = planImages({ kind: 'default' }, ROOT, 'gemini');
    expect(sandbox).toMatchObject({
      labels: {
        'cagent.image': 'cagent-gemini',
        'cagent.agent': 'gemini',
        'cagent.agent.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
        'cagent.agent.secrets': 'GEMINI_API_KEY,GOOGLE_API_KEY',
        'org.opencontainers.image.title': 'Gemini CLI in the cagent sandbox',
        'org.opencontainers.image.source': expect.stringMatching(/^https:/),
        'org.opencontainers.image.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
      },
    });
  });

  it("leave what an image of the user's says of itself alone", () => {
    const { sandbox } = planImages({ kind: 'build', context: directory }, ROOT, 'command');
    expect(sandbox).toMatchObject({ labels: { 'cagent.image': 'cagent-custom' } });
    expect(Object.keys((sandbox as { labels: object }).labels)).toEqual(['cagent.image']);
  });
});

describe('the archive of a context', () => {
  it('is the same for the same content, whatever the times and the modes of the checkout', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'cagent-image-'));
    writeFileSync(join(directory, 'start.sh'), '#!/bin/sh\n', { mode: 0o755 });
    cpSync(directory, copy, { recursive: true });
    chmodSync(join(copy, 'Dockerfile'), 0o600);
    const [one, other] = await Promise.all(
      [directory, copy].map((source) => packContext([{ source, target: 'here' }], undefined)),
    );
    rmSync(copy, { recursive: true });
    expect(one?.equals(other as Buffer)).toBe(true);
    expect(await entriesOf(one as Buffer)).toEqual([
      'here/Dockerfile 644 13',
      'here/start.sh 755 10',
      'extra-ca.pem 644 0',
    ]);
  });
});

async function entriesOf(archive: Buffer): Promise<readonly string[]> {
  const unpack = extract();
  unpack.end(archive);
  const entries: string[] = [];
  for await (const entry of unpack) {
    const { name, mode, size } = entry.header;
    entries.push(`${name} ${mode?.toString(8)} ${size}`);
    entry.resume();
  }
  return entries;
}
