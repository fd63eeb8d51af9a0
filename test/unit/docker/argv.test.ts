import { describe, expect, it } from 'vitest';
import { buildArgs, createArgs, createVolumeArgs, runArgs } from '../../../src/docker/argv.js';
import type { ContainerPlan } from '../../../src/docker/container.js';

const PLAIN: ContainerPlan = {
  name: 'cagent-1-agent',
  labels: { 'cagent.run': '1' },
  image: 'image:1',
  command: ['sh', '-c', 'echo hi'],
  entrypoint: 'replace',
  network: 'none',
  env: {},
  envFromProcess: [],
  mounts: [],
  tmpfs: [],
  capabilities: [],
  sysctls: {},
  dns: [],
  init: true,
  interactive: true,
  tty: false,
  readOnly: true,
};

describe('docker arguments', () => {
  it('always drop every capability, forbid new privileges and keep the root read-only', () => {
    for (const args of [runArgs(PLAIN), createArgs(PLAIN)]) {
      const text = args.join(' ');
      expect(text).toContain('--cap-drop ALL');
      expect(text).toContain('--security-opt no-new-privileges');
      expect(text).toContain('--read-only');
    }
  });

  it('replace the entry point and pass the other words as they are', () => {
    const args = createArgs(PLAIN);

    expect(args.slice(args.indexOf('--entrypoint'))).toEqual([
      '--entrypoint',
      'sh',
      'image:1',
      '-c',
      'echo hi',
    ]);
  });

  it('leave the entry point of the image alone when asked to', () => {
    const args = createArgs({ ...PLAIN, entrypoint: 'image', command: [] });

    expect(args).not.toContain('--entrypoint');
    expect(args.at(-1)).toBe('image:1');
  });

  it.each([
    ['/plain/path', 'type=bind,source=/plain/path,target=/t'],
    ['/with,comma', 'type=bind,"source=/with,comma",target=/t'],
    ['/with"quote', 'type=bind,"source=/with""quote",target=/t'],
    ['/with:colon', 'type=bind,source=/with:colon,target=/t'],
  ])('mount %s whatever its name', (source, expected) => {
    const args = createArgs({ ...PLAIN, mounts: [{ type: 'bind', source, target: '/t', readOnly: false }] });

    expect(args[args.indexOf('--mount') + 1]).toBe(expected);
  });

  it('never let docker copy image content into the view', () => {
    const args = createArgs({
      ...PLAIN,
      mounts: [{ type: 'volume', source: 'v', target: '/workspace', readOnly: true }],
    });

    expect(args[args.indexOf('--mount') + 1]).toBe(
      'type=volume,source=v,target=/workspace,readonly,volume-nocopy',
    );
  });

  it('turn swap off together with the memory limit', () => {
    const args = createArgs({ ...PLAIN, limits: { memoryBytes: 1024 } });

    expect(args.join(' ')).toContain('--memory 1024 --memory-swap 1024');
  });

  it('render tmpfs mounts without set-uid and devices', () => {
    const args = createArgs({
      ...PLAIN,
      tmpfs: [{ target: '/tmp', sizeBytes: 10, mode: '1777', exec: true, uid: 1, gid: 2 }],
    });

    expect(args[args.indexOf('--tmpfs') + 1]).toBe('/tmp:rw,nosuid,nodev,exec,size=10,mode=1777,uid=1,gid=2');
  });

  it('render an overlay volume as one option', () => {
    const args = createVolumeArgs({ name: 'v', labels: { a: 'b' }, options: 'lowerdir=x:y,nosuid,nodev' });

    expect(args).toEqual([
      'volume',
      'create',
      '--driver',
      'local',
      '--label',
      'a=b',
      '--opt',
      'type=overlay',
      '--opt',
      'device=overlay',
      '--opt',
      'o=lowerdir=x:y,nosuid,nodev',
      'v',
    ]);
  });

  it('build a foreign Dockerfile on the default network', () => {
    const args = buildArgs({
      reference: 'r',
      context: '/c',
      dockerfile: '/c/Dockerfile',
      labels: {},
      network: 'default',
      noCache: false,
    });

    expect(args).toEqual(['build', '--force-rm', '--tag', 'r', '--file', '/c/Dockerfile', '/c']);
  });
});
