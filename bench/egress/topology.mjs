// The topology of a run without the rest of cagent: a gateway on a docker network, a veth pair into the namespace of
// the agent, and nothing else. What the gateway does is the variant's matter.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { planEgress } from '../../lib/egress/plan-egress.js';
import { CANARY, LINK_ADDRESSES } from '../../lib/gateway/protocol.js';

export const NAME = 'bench.test';
const SERVER = '172.31.88.10';
const ID = `cagent-bench-${process.pid}`;
const LABEL = ['--label', `cagent.bench=${process.pid}`];
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const { gateway: GATEWAY, agent: AGENT, prefix: PREFIX } = LINK_ADDRESSES;
const GATEWAY_OPTIONS = [
  ...['--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN', '--cap-add', 'SETUID', '--cap-add', 'SETGID'],
  ...['--cap-add', 'SETPCAP', '--sysctl', 'net.ipv4.ip_forward=1', '--tmpfs', '/run'],
  ...['--sysctl', 'net.ipv4.ip_unprivileged_port_start=0'],
];

export function docker(...args) {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The destination and its network; gives the directory of its certificates. */
export async function startServer(image) {
  const certificates = makeCertificates();
  docker('network', 'create', ...LABEL, '--subnet', '172.31.88.0/24', ID);
  const command = ['/repo/bench/egress/server.mjs', SERVER];
  const mounts = ['-v', `${REPOSITORY}:/repo:ro`, '-v', `${certificates}:/certs:ro`];
  const name = `${ID}-server`;
  docker(
    'run',
    '-d',
    ...LABEL,
    '--name',
    name,
    '--network',
    ID,
    '--ip',
    SERVER,
    ...mounts,
    '--ulimit',
    'nofile=8192',
    '--entrypoint',
    'node',
    image,
    ...command,
  );
  await until('the server', () => docker('logs', name) === 'up');
  return certificates;
}

export function removeAll() {
  const remove = (ids, ...args) => ids !== '' && docker(...args, ...ids.split('\n'));
  remove(docker('ps', '-aq', '--filter', `label=cagent.bench=${process.pid}`), 'rm', '-f');
  remove(docker('network', 'ls', '-q', '--filter', `label=cagent.bench=${process.pid}`), 'network', 'rm');
}

/**
 * Starts a variant and an agent behind it.
 * @param variant.start text for the gateway's standard input, or `undefined`
 * @param variant.script shell commands that the gateway runs instead of its own program
 * @param variant.proxy port that the agent's connections go to first
 */
export async function startVariant(image, certificates, { script, start, proxy }) {
  const [gateway, link, agent] = ['gateway', 'link', 'agent'].map((role) => `${ID}-${role}`);
  const run = ['run', '-i', '--rm', ...LABEL];
  const own = script === undefined;
  const began = performance.now();
  const entry = own ? [image] : ['--entrypoint', 'sh', image, '-c', script];
  const gatewayProcess = spawn('docker', [
    ...run,
    '--name',
    gateway,
    '--network',
    ID,
    '--dns',
    SERVER,
    ...GATEWAY_OPTIONS,
    '-v',
    `${certificates}:/certs:ro`,
    ...entry,
  ]);
  const events = lines(gatewayProcess);
  if (own) gatewayProcess.stdin.write(`${JSON.stringify(start(certificates))}\n`);
  await until(
    'the gateway',
    () => events.some((line) => line.includes(own ? '"floor"' : 'floor')),
    gatewayProcess,
  );
  const linkOptions = [
    '--network',
    'none',
    '--pid',
    `container:${gateway}`,
    '--cap-drop',
    'ALL',
    '--cap-add',
    'NET_ADMIN',
    '--sysctl',
    'net.ipv6.conf.all.disable_ipv6=1',
    '--dns',
    GATEWAY,
  ];
  const linkCommand = own
    ? [
        '--entrypoint',
        'perl',
        image,
        '/opt/cagent/link.pl',
        '/',
        `${AGENT}/${PREFIX}`,
        GATEWAY,
        `${CANARY.address}:${CANARY.port}`,
      ]
    : [
        '--entrypoint',
        'sh',
        image,
        '-c',
        `ip link add eth0 type veth peer name agent0 netns 1 && ip addr add ${AGENT}/${PREFIX} dev eth0 && ip link set eth0 up && ip route add default via ${GATEWAY} && exec cat`,
      ];
  const linkProcess = spawn('docker', [...run, '--name', link, ...linkOptions, ...linkCommand]);
  const linkLines = lines(linkProcess);
  linkProcess.stdin.write('go\0\0');
  await until(
    'the link',
    () =>
      own
        ? linkLines.includes('probed') && events.some((line) => line.includes('"ready"'))
        : events.includes('ready'),
    linkProcess,
  );
  const startup = performance.now() - began;

  const client = [
    '/repo/bench/egress/client.mjs',
    NAME,
    own ? '' : SERVER,
    ...(proxy === undefined ? [] : [`${GATEWAY}:${proxy}`]),
  ];
  const certificate = events.flatMap((line) =>
    line.includes('"ready"') ? (JSON.parse(line).caCertificate ?? []) : [],
  )[0];
  writeFileSync(
    join(certificates, 'ca.crt'),
    `${certificate ?? ''}\n${readFileSync(join(certificates, 'server-ca.crt'), 'utf8')}`,
  );
  const agentProcess = spawn('docker', [
    ...run,
    '--name',
    agent,
    '--network',
    `container:${link}`,
    '--cap-drop',
    'ALL',
    '--ulimit',
    'nofile=8192',
    '-v',
    `${REPOSITORY}:/repo:ro`,
    '-v',
    `${certificates}:/certs:ro`,
    '--entrypoint',
    'node',
    image,
    ...client,
  ]);
  const answers = lines(agentProcess);
  let asked = 0;
  return {
    startup,
    /** MiB of all processes in the gateway's container that are not the link's. */
    memory: () => residentMiB(gateway, link),
    /** Seconds of processor time of the same processes so far, those of the kernel on their behalf included. */
    cpuSeconds: () => processorSeconds(gateway, link),
    /** What the gateway has said. */
    events,
    async order(what) {
      const at = asked++;
      agentProcess.stdin.write(`${JSON.stringify(what)}\n`);
      await until(what.do, () => answers.length > at, agentProcess, 300_000);
      const answer = JSON.parse(answers[at]);
      if (answer.error !== undefined) throw new Error(`${what.do}: ${answer.error}`);
      return answer;
    },
    /** Each of them ends with its standard input. */
    async stop() {
      const children = [agentProcess, linkProcess, gatewayProcess];
      for (const child of children) child.stdin.destroy();
      await until('the end', () => children.every(({ exitCode }) => exitCode !== null));
    },
  };
}

/** What cagent's own gateway reads on its standard input. */
export function gatewayStart(allow) {
  return (certificates) => ({
    policy: planEgress({ mode: 'block', allow }, { agentHosts: [] }),
    link: LINK_ADDRESSES,
    resolvers: [SERVER],
    extraRoots: readFileSync(join(certificates, 'server-ca.crt'), 'utf8'),
  });
}

/** For a gateway of shell commands: says when it is there, waits for the link, and gives it its address. */
export function withLink(before, after) {
  const wait = 'until [ -e /sys/class/net/agent0 ]; do sleep 0.02; done';
  return `${before}; echo floor; ${wait}; ip addr add ${GATEWAY}/${PREFIX} dev agent0; ip link set agent0 up; ${after}`;
}

function residentMiB(gateway, link) {
  return processes(gateway, link, 'rss').reduce((sum, kib) => sum + Number(kib), 0) / 1_024;
}

/** From /proc, which has hundredths of a second where ps rounds. */
function processorSeconds(gateway, link) {
  return processes(gateway, link, 'pid').reduce((sum, pid) => {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
    return sum + (Number(user) + Number(system)) / 100;
  }, 0);
}

/** One column of `ps` for the gateway's processes. The link shares their process namespace, but not their cgroup. */
function processes(gateway, link, column) {
  const rows = (name) =>
    docker('top', name, '-eo', `pid,${column}`)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/));
  const others = new Set(rows(link).map(([pid]) => pid));
  return rows(gateway)
    .filter(([pid]) => !others.has(pid))
    .map(([, value]) => value);
}

function lines(child) {
  const all = [];
  createInterface({ input: child.stdout }).on('line', (line) => all.push(line));
  child.stdin.on('error', () => {});
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-4_096);
  });
  child.complaints = () => complaints;
  return all;
}

async function until(what, holds, child, patience = 60_000) {
  for (const end = performance.now() + patience; !holds(); ) {
    if (child !== undefined && child.exitCode !== null) throw new Error(`${what}: ${child.complaints()}`);
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function makeCertificates() {
  const directory = mkdtempSync(join(tmpdir(), 'cagent-bench-certs-'));
  const openssl = (...args) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'server-ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=bench CA',
  );
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${NAME}`);
  writeFileSync(join(directory, 'san'), `subjectAltName=DNS:${NAME}`);
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'server-ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'san',
    '-out',
    'server.crt',
  );
  execFileSync('chmod', ['-R', 'a+rX', directory]);
  return directory;
}
