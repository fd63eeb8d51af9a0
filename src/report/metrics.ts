import type { Report } from './report.js';

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

/**
 * `metrics.prom`: Prometheus text format 0.0.4, for a textfile collector or a push gateway. All gauges, since a file
 * describes one run that is over. What the run does not know is left out.
 */
export function renderMetrics(report: Report): string {
  return metricsOf(report)
    .map((metric) => ({ ...metric, samples: metric.samples.filter(isKnown) }))
    .filter((metric) => metric.samples.length > 0)
    .map(renderMetric)
    .join('');
}

function metricsOf(report: Report): readonly Metric[] {
  const { agent, changes, egress, resources, workspace } = report;
  const { usage } = agent;
  return [
    {
      name: 'cagent_run_info',
      help: 'What ran; always 1.',
      samples: [{ labels: runLabels(report), value: 1 }],
    },
    gauge(
      'cagent_run_success',
      '1 when the conclusion is success, else 0.',
      report.conclusion === 'success' ? 1 : 0,
    ),
    gauge('cagent_run_exit_code', 'Exit code of the run.', report.exitCode),
    gauge('cagent_run_start_time_seconds', 'Start, Unix time.', Date.parse(report.startedAt) / 1_000),
    gauge('cagent_run_duration_seconds', 'Duration of the whole run.', report.durationMs / 1_000),
    {
      name: 'cagent_run_phase_duration_seconds',
      help: 'Duration of each phase.',
      samples: Object.entries(report.phases).map(([phase, ms]) => ({ labels: { phase }, value: ms / 1_000 })),
    },
    {
      name: 'cagent_agent_tokens',
      help: 'Tokens as the agent told them.',
      samples: [
        { labels: { kind: 'input' }, value: usage.inputTokens },
        { labels: { kind: 'output' }, value: usage.outputTokens },
        { labels: { kind: 'cache_read' }, value: usage.cacheReadTokens },
        { labels: { kind: 'cache_write' }, value: usage.cacheWriteTokens },
      ],
    },
    gauge('cagent_agent_cost_usd', 'Cost as the agent told it, in US dollars.', usage.costUsd),
    gauge('cagent_agent_turns', 'Turns as the agent told them.', usage.turns),
    gauge('cagent_workspace_files', 'Files that the agent could see.', workspace.files),
    gauge(
      'cagent_workspace_hidden_paths',
      'Topmost paths that were hidden from the agent.',
      workspace.hidden.length,
    ),
    gauge(
      'cagent_workspace_secrets_found',
      'Places where the secret scan found something.',
      workspace.secretsFound,
    ),
    {
      name: 'cagent_egress_attempts',
      help: 'Network attempts on record.',
      samples: (['allowed', 'blocked', 'audited'] as const).map((verdict) => ({
        labels: { verdict },
        value: egress[verdict],
      })),
    },
    {
      name: 'cagent_egress_bytes',
      help: 'Bytes through the gateway; out is from the agent.',
      samples: [
        { labels: { direction: 'out' }, value: egress.bytesOut },
        { labels: { direction: 'in' }, value: egress.bytesIn },
      ],
    },
    gauge('cagent_changes_files', 'Files that the agent changed.', changes.files),
    {
      name: 'cagent_changes_lines',
      help: 'Lines that the agent added and deleted.',
      samples: [
        { labels: { kind: 'added' }, value: changes.added },
        { labels: { kind: 'deleted' }, value: changes.deleted },
      ],
    },
    gauge('cagent_changes_patch_bytes', 'Size of the patch.', changes.patchBytes),
    gauge('cagent_changes_rejected_paths', 'Paths that were not captured.', changes.rejected.length),
    gauge(
      'cagent_changes_sensitive_paths',
      'Changed paths that something will trust later.',
      changes.sensitive.length,
    ),
    {
      name: 'cagent_limit_hit',
      help: 'Limits that were hit; 1 for each.',
      samples: report.limits.hit.map((limit) => ({ labels: { limit }, value: 1 })),
    },
    gauge('cagent_resources_cpu_seconds', 'CPU time of the agent.', resources.cpuSeconds),
    gauge(
      'cagent_resources_peak_memory_bytes',
      'Largest memory use of the agent.',
      resources.peakMemoryBytes,
    ),
    gauge('cagent_resources_peak_pids', 'Most processes and threads of the agent.', resources.peakPids),
  ];
}

function runLabels(report: Report): Readonly<Record<string, string>> {
  return {
    run_id: report.runId,
    conclusion: report.conclusion,
    agent: report.agent.name,
    ...(report.agent.model === undefined ? {} : { model: report.agent.model }),
    image: report.image.ref,
    workspace_mode: report.workspace.mode,
    ...(report.egress.mode === undefined ? {} : { network_mode: report.egress.mode }),
  };
}

function gauge(name: string, help: string, value: number | undefined): Metric {
  return { name, help, samples: [{ value }] };
}

function isKnown(sample: Sample): boolean {
  return sample.value !== undefined && Number.isFinite(sample.value);
}

function renderMetric({ name, help, samples }: Metric): string {
  const unique = new Map(samples.map((sample) => [renderLabels(sample.labels), sample.value]));
  const lines = [...unique].map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function renderLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The format knows three escapes; a lone surrogate would not survive the way to UTF-8 as itself. */
function escapeLabel(value: string): string {
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
