import type { BrokerPlan } from '../agents/agent-plan.js';
import { formatDuration } from '../core/duration.js';
import { formatSize } from '../core/memory-size.js';
import { displayPath } from '../core/path-text.js';
import { shellWords } from '../core/shell-word.js';
import type { EgressRule, KnownBlocked } from '../egress/policy.js';
import type { ImageSource } from '../image/image-plan.js';
import type { GatewayWayOut, SandboxPlan } from '../sandbox/sandbox-plan.js';

/** `cagent plan` for people: everything that an admin wants to audit, nothing left out. Ends with a newline. */
export function renderPlan(plan: SandboxPlan): string {
  const { workspace, egress, limits } = plan;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [
      'agent',
      [
        plan.agent.name,
        `command  ${shellWords(plan.agent.command)}`,
        ...(plan.agent.model === undefined ? [] : [`model    ${plan.agent.model}`]),
      ],
    ],
    ['image', [`sandbox  ${imageText(plan.image.sandbox)}`, `gateway  ${imageText(plan.image.gateway)}`]],
    [
      'workspace',
      [
        `${displayPath(workspace.root)} at /workspace, ${workspace.mode}, as ${workspace.owner.uid}:${workspace.owner.gid}`,
        `${workspace.files} visible files`,
        ...(plan.view.strategy === 'copy'
          ? [`copied into the engine: ${displayPath(plan.view.reason ?? '')}`]
          : []),
        `git      ${gitText(plan)}`,
      ],
    ],
    [
      `from the base commit ${workspace.base?.commit ?? ''}`,
      (workspace.base?.shown ?? []).map(({ path }) => displayPath(path)),
    ],
    [
      `hidden (${workspace.hidden.length})`,
      workspace.hidden.map(
        (entry) => `${displayPath(entry.path)}${entry.directory ? '/' : ''}  (${displayPath(entry.reason)})`,
      ),
    ],
    [
      `secrets found (${workspace.findings.length})`,
      workspace.findings.map((finding) => `${displayPath(finding.path)}:${finding.line}  ${finding.rule}`),
    ],
    [
      `network ${egress.mode}`,
      egress.mode === 'none'
        ? ['no network at all']
        : [...egress.rules.map(ruleText), ...(egress.knownBlocked ?? []).map(knownBlockedText)],
    ],
    ['gateway', plan.gateway === undefined ? [] : wayOutText(plan.gateway)],
    ['model APIs', plan.brokers.map(brokerText)],
    [
      'mounts',
      plan.containers.agent.mounts.map(
        (mount) => `${mount.type} ${mount.source} at ${mount.target}${mount.readOnly ? ', read-only' : ''}`,
      ),
    ],
    [
      'limits',
      [
        [
          `cpus ${plan.containers.agent.limits?.cpus ?? limits.cpus}`,
          `memory ${formatSize(limits.memoryBytes)}`,
          `pids ${limits.pids}`,
          `disk ${formatSize(limits.diskBytes)}`,
          `timeout ${formatDuration(limits.timeoutMs)}`,
          ...(limits.idleTimeoutMs === undefined
            ? []
            : [`idle-timeout ${formatDuration(limits.idleTimeoutMs)}`]),
        ].join(', '),
      ],
    ],
    ['environment', plan.env.map((entry) => `${entry.name}${entry.secret ? '  (secret, masked)' : ''}`)],
    ['notices', plan.notices.map(displayPath)],
    ['commands', plan.commands.map(shellWords)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`)
    .join('\n');
}

function imageText(source: ImageSource): string {
  return source.kind === 'pull'
    ? `${source.reference} (pulled unless present)`
    : `${source.reference} (built unless present, from ${source.dockerfile})`;
}

function gitText({ workspace: { git } }: SandboxPlan): string {
  if (git.kind === 'none') return `none: ${git.reason}`;
  return `${git.kind} of ${git.head ?? 'a repository without commits'}${git.branch === undefined ? '' : ` on ${displayPath(git.branch)}`}`;
}

function brokerText({ provider, port, upstream, budget }: BrokerPlan): string {
  const { scheme, host, port: upstreamPort, path } = upstream;
  const bounds = [
    ...(budget.maxRequests === undefined ? [] : [`at most ${budget.maxRequests} requests`]),
    ...(budget.maxTokens === undefined ? [] : [`at most ${budget.maxTokens} tokens`]),
    ...(budget.maxCostUsd === undefined ? [] : [`at most ${budget.maxCostUsd} US dollars`]),
  ];
  const where = `${provider} on port ${port} of the gateway, sent on to ${scheme}://${host}:${upstreamPort}${path}`;
  return [where, 'the key is added there', ...bounds].map(displayPath).join(', ');
}

function wayOutText({ uplink, attach, resolvers, caFile }: GatewayWayOut): readonly string[] {
  return [
    `uplink    ${uplink}`,
    ...(attach.length === 0 ? [] : [`attached  ${attach.join(', ')}`]),
    `resolver  ${resolvers.length === 0 ? 'that of the host' : resolvers.join(', ')}`,
    ...(caFile === undefined ? [] : [`roots     the usual ones and ${caFile}`]),
  ].map(displayPath);
}

function knownBlockedText({ text, reason }: KnownBlocked): string {
  return displayPath(`${text}  expected to be blocked: ${reason}`);
}

function ruleText(rule: EgressRule): string {
  const ports = rule.ports
    .map((port) => (port.protocol === 'udp' ? `${port.port}/udp` : String(port.port)))
    .join(', ');
  const http = rule.http.map(
    (each) => `${each.methods.join('|') || 'any method'} ${each.paths.join(' ') || 'any path'}`,
  );
  return [rule.text, `ports ${ports}`, ...(rule.private ? ['private addresses'] : []), ...http]
    .map(displayPath)
    .join('  ');
}
