import { describe, expect, it } from 'vitest';
import { runSpec, sandboxPlan } from './spec-fixture.js';

const NETWORK = runSpec().network;
const VIEW = runSpec().view;

describe('the sandbox plan', () => {
  it('gives the agent no capability, no new privileges, a read-only root and no network of its own', () => {
    const { agent } = sandboxPlan(runSpec()).containers;

    expect(agent).toMatchObject({
      capabilities: [],
      readOnly: true,
      init: true,
      user: '1001:1002',
      workdir: '/workspace',
      network: 'container:cagent-20261122-101530-abcdef-link',
    });
    expect(agent.pid).toBeUndefined();
  });

  it('mounts nothing into the agent but the view', () => {
    const { agent } = sandboxPlan(runSpec()).containers;

    expect(agent.mounts).toEqual([
      { type: 'volume', source: 'cagent-20261122-101530-abcdef-view', target: '/workspace', readOnly: false },
    ]);
  });

  it('mounts the view read-only in read-only mode, with the scratch as the only writable place', () => {
    const spec = runSpec({ view: { ...VIEW, mode: 'read-only' } });

    const { agent } = sandboxPlan(spec).containers;

    expect(agent.mounts).toEqual([
      { type: 'volume', source: 'cagent-20261122-101530-abcdef-view', target: '/workspace', readOnly: true },
      { type: 'bind', source: '/tmp/x/scratch', target: '/workspace/.agent-scratch', readOnly: false },
    ]);
  });

  it('gives NET_ADMIN to the link alone and no more', () => {
    const { link } = sandboxPlan(runSpec()).containers;

    expect(link).toMatchObject({
      capabilities: ['NET_ADMIN'],
      network: 'none',
      pid: 'container:cagent-20261122-101530-abcdef-gateway',
    });
  });

  it('lets the gateway refuse with as many ICMP errors as there are datagrams to refuse', () => {
    expect(sandboxPlan(runSpec()).containers.gateway?.sysctls).toMatchObject({
      'net.ipv4.icmp_ratemask': '0',
    });
  });

  it('names no setting of the gateway that the kernel does not have, since the engine would refuse to start it', () => {
    const { gateway, link } = sandboxPlan(runSpec(), { ipv6: false, conntrack: false }).containers;
    const named = Object.keys({ ...gateway?.sysctls, ...link?.sysctls });
    expect(named.filter((name) => /ipv6|netfilter/.test(name))).toEqual([]);
    expect(sandboxPlan(runSpec()).containers.gateway?.sysctls).toHaveProperty([
      'net.netfilter.nf_conntrack_acct',
    ]);
  });

  it('gives the sandbox a name that it can look up in its own hosts file, with a network and without', () => {
    const { link, agent } = sandboxPlan(runSpec()).containers;
    expect([link?.hostname, agent.hostname]).toEqual(['localhost', undefined]);
    const alone = sandboxPlan(runSpec({ network: { ...NETWORK, mode: 'none' } })).containers;
    expect(alone.agent.hostname).toBe('localhost');
  });

  it('has neither gateway nor link without a network', () => {
    const plan = sandboxPlan(runSpec({ network: { ...NETWORK, mode: 'none' } }));

    expect(plan.containers.gateway).toBeUndefined();
    expect(plan.containers.link).toBeUndefined();
    expect(plan.containers.agent.network).toBe('none');
  });

  it('labels every container and the volume with the run', () => {
    const plan = sandboxPlan(runSpec());

    const objects = [...Object.values(plan.containers), plan.volume];
    expect(objects.map((object) => object.labels['cagent.run'])).toEqual(
      objects.map(() => '20261122-101530-abcdef'),
    );
    expect(objects.every((object) => object.name.startsWith('cagent-'))).toBe(true);
  });

  it('passes the value of --env NAME by the environment of the docker command, never in its words', () => {
    const spec = runSpec({
      env: [
        { name: 'TOKEN', value: 'sekret-value', secret: true },
        { name: 'COLOR', value: 'blue', secret: false },
      ],
    });

    const plan = sandboxPlan(spec);

    expect(JSON.stringify(plan)).not.toContain('sekret-value');
    expect(plan.containers.agent.envFromProcess).toEqual(['TOKEN']);
    expect(plan.containers.agent.env).toMatchObject({ COLOR: 'blue', HOME: '/home/agent' });
  });

  it('never asks the engine for more CPUs than it has, and says so', () => {
    const plan = sandboxPlan(runSpec({ limits: { ...runSpec().limits, cpus: 8 } }), { availableCpus: 2 });

    expect(plan.containers.agent.limits?.cpus).toBe(2);
    expect(plan.notices.join(' ')).toContain('2 CPUs');
  });

  it('says that the agent of a workspace of root runs as uid 0 without capabilities', () => {
    const plan = sandboxPlan(runSpec(), { user: { uid: 0, gid: 0 } });

    expect(plan.containers.agent.user).toBe('0:0');
    expect(plan.notices.join(' ')).toContain('uid 0 without any capability');
  });

  it('prints the docker commands in the order in which they run', () => {
    const { commands } = sandboxPlan(runSpec());

    expect(commands.map((words) => words.slice(0, 3).join(' '))).toEqual([
      'docker image inspect',
      'docker run --rm',
      'docker volume create',
      'docker create --name',
      'docker run --rm',
      'docker start --attach',
      'docker container inspect',
      'docker rm --force',
      'docker volume rm',
    ]);
  });

  it('removes nothing that is to be kept', () => {
    const { commands } = sandboxPlan(runSpec({ keep: true }));

    expect(commands.flat()).not.toContain('rm');
  });
});
