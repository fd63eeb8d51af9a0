import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../../src/report/plan-text.js';
import type { SandboxPlan } from '../../../src/sandbox/sandbox-plan.js';
import { plan } from './samples.js';

/** The lines below a title. */
function section(of: SandboxPlan, title: string): readonly string[] {
  const found = renderPlan(of)
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== ''))
    .find(([first]) => first === title);
  return (found ?? []).slice(1).map((line) => line.trim());
}

describe('a plan for people', () => {
  it('says how the gateway goes out: networks, resolvers and roots', () => {
    expect(section(plan, 'gateway')).toEqual([
      'uplink    bridge',
      'attached  services',
      'resolver  1.1.1.1, 9.9.9.9:5353',
      'roots     the usual ones and /srv/project/corp-ca.pem',
    ]);
  });

  it('says that the resolver is that of the host where none is named', () => {
    const gateway = { uplink: 'bridge', attach: [], resolvers: [] };
    expect(section({ ...plan, gateway }, 'gateway')).toEqual([
      'uplink    bridge',
      'resolver  that of the host',
    ]);
  });

  it('names every limit', () => {
    const limits = { ...plan.limits, idleTimeoutMs: 60_000 };
    expect(section({ ...plan, limits }, 'limits')).toEqual([
      'cpus 2, memory 4 GiB, pids 512, disk 2 GiB, timeout 30 m, idle-timeout 1 m',
    ]);
  });

  it('names the hosts that are expected to be blocked', () => {
    const knownBlocked = [
      {
        text: 'telemetry.example',
        target: { kind: 'name', name: 'telemetry.example' },
        reason: 'cagent.yml:4:5',
      } as const,
    ];
    expect(section({ ...plan, egress: { ...plan.egress, knownBlocked } }, 'network block')).toContain(
      'telemetry.example  expected to be blocked: cagent.yml:4:5',
    );
  });
});
