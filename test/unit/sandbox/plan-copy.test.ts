import { describe, expect, it } from 'vitest';
import type { ContainerPlan, Mount } from '../../../src/docker/container.js';
import { planFileVolumes } from '../../../src/sandbox/file-volumes.js';
import { planContainers } from '../../../src/sandbox/plan-containers.js';
import { planCopyVolumes } from '../../../src/sandbox/plan-copy.js';
import type { SandboxContainers } from '../../../src/sandbox/sandbox-plan.js';
import { containerInput, runSpec } from './spec-fixture.js';

const BINDS: readonly Mount[] = ['/run/cagent/a.pem', '/etc/ssl/certs/b.crt', '/run/cagent/c.jks'].map(
  (target) => ({
    type: 'bind',
    source: `/tmp/x${target}`,
    target,
    readOnly: true,
  }),
);
const FILES = planFileVolumes('20261122-101530-abcdef', '1.2.host', BINDS);

function copyOf(mode: 'overlay' | 'read-only') {
  const spec = runSpec({ view: { ...runSpec().view, mode } });
  const input = containerInput(spec, { strategy: 'copy', extraMounts: FILES.mounts });
  return { containers: planContainers(input), volumes: [...planCopyVolumes(input), ...FILES.volumes] };
}

function allOf(containers: SandboxContainers): readonly ContainerPlan[] {
  const { gateway, link, probe, agent, fill, watch, list, fetch } = containers;
  return [gateway, link, probe, agent, fill, watch, list, fetch].filter((plan) => plan !== undefined);
}

describe('the plan of a copied view', () => {
  it.each(['overlay', 'read-only'] as const)('names no path of this machine in any mount (%s)', (mode) => {
    const { containers } = copyOf(mode);
    const mounts = allOf(containers).flatMap((plan) => plan.mounts);
    expect(mounts.filter((mount) => mount.type !== 'volume')).toEqual([]);
  });
  it.each(['overlay', 'read-only'] as const)('mounts only volumes of the run (%s)', (mode) => {
    const { containers, volumes } = copyOf(mode);
    const known = new Set(['cagent-20261122-101530-abcdef-view', ...volumes.map(({ name }) => name)]);
    const used = allOf(containers).flatMap((plan) => plan.mounts.map(({ source }) => source));
    expect(used.filter((source) => !known.has(source))).toEqual([]);
    expect(volumes.every(({ labels }) => labels['cagent.run'] === '20261122-101530-abcdef')).toBe(true);
  });
  it('gives the agent the view read-only and a scratch of its own in read-only mode', () => {
    const { agent } = copyOf('read-only').containers;
    expect(agent.mounts.slice(0, 2)).toMatchObject([
      { target: '/workspace', readOnly: true },
      {
        target: '/workspace/.agent-scratch',
        readOnly: false,
        source: 'cagent-20261122-101530-abcdef-scratch',
      },
    ]);
  });
  it('lets nothing but the filler write, and nothing of it reach a network', () => {
    const { fill, watch, list, fetch } = copyOf('overlay').containers;
    expect([fill, watch, list, fetch].map((plan) => plan?.network)).toEqual(['none', 'none', 'none', 'none']);
    expect([watch, list, fetch].flatMap((plan) => plan?.mounts ?? []).every(({ readOnly }) => readOnly)).toBe(
      true,
    );
    expect([watch, list, fetch].map((plan) => plan?.capabilities)).toEqual(Array(3).fill(['DAC_OVERRIDE']));
  });
  it('an overlay has no such containers', () => {
    expect(Object.keys(planContainers(containerInput(runSpec())))).toEqual([
      'gateway',
      'link',
      'probe',
      'agent',
    ]);
  });
  it('a directory of files below another one is in its volume, since nothing can be mounted in there', () => {
    const targets = ['/etc/ssl/certs/a.crt', '/etc/mine.json', '/etcetera/x', '/etc/mine/more.json'];
    const binds = targets.map(
      (target) => ({ type: 'bind', source: target, target, readOnly: true }) as const,
    );
    const { mounts, places } = planFileVolumes('20261122-101530-abcdef', '1.2.host', binds);
    expect(mounts.map(({ target }) => target)).toEqual(['/etc', '/etcetera']);
    expect(places.map(({ name }) => name)).toEqual([
      'files/0/ssl/certs/a.crt',
      'files/0/mine.json',
      'files/1/x',
      'files/0/mine/more.json',
    ]);
  });
  it('files of one directory share a volume, and each knows its place', () => {
    expect(FILES.mounts.map(({ target }) => target)).toEqual(['/run/cagent', '/etc/ssl/certs']);
    expect(FILES.places).toEqual([
      { source: '/tmp/x/run/cagent/a.pem', name: 'files/0/a.pem' },
      { source: '/tmp/x/etc/ssl/certs/b.crt', name: 'files/1/b.crt' },
      { source: '/tmp/x/run/cagent/c.jks', name: 'files/0/c.jks' },
    ]);
  });
});
