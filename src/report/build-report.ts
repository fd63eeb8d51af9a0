import { nameOfAgent } from '../config/agent-names.js';
import type { ImageSpec } from '../config/run-spec.js';
import type { Report } from './report.js';
import type { ReportInput } from './report-input.js';

/** Joins plan, outcome, changes and egress. Pure; every part that a failed run did not reach is empty or absent. */
export function buildReport(input: ReportInput): Report {
  const { runId, spec, plan, outcome } = input;
  return {
    schema: 'cagent.report/1',
    runId,
    conclusion: outcome.conclusion,
    exitCode: outcome.exitCode,
    startedAt: outcome.startedAt.toISOString(),
    durationMs: Math.round(outcome.durationMs),
    phases: Object.fromEntries(Object.entries(outcome.phases).map(([name, ms]) => [name, Math.round(ms)])),
    agent: agentOf(input),
    image: {
      ref: plan?.image.sandbox.reference ?? requestedImage(spec.image),
      ...defined({ digest: outcome.imageDigest }),
    },
    workspace: workspaceOf(input),
    egress: egressOf(input),
    changes: changesOf(input),
    limits: { hit: outcome.limitsHit, set: plan?.limits ?? spec.limits },
    resources: outcome.resources,
    notices: noticesOf(input),
    secretsPassed: [...new Set(spec.env.filter((entry) => entry.secret).map((entry) => entry.name))],
    ...(outcome.error === undefined
      ? {}
      : {
          error: {
            code: outcome.error.code,
            message: outcome.error.message,
            ...defined({ hint: outcome.error.hint }),
          },
        }),
  };
}

function agentOf({ spec, plan, outcome }: ReportInput): Report['agent'] {
  return {
    name: plan?.agent.name ?? nameOfAgent(spec.agent),
    ...defined({
      version: outcome.agentVersion,
      model: outcome.model ?? plan?.agent.model ?? spec.agent.model,
    }),
    usage: outcome.usage ?? {},
    ...outcome.agent,
  };
}

/** Only audit mode lets through what has to be allowed for the next run. */
function egressOf({ spec, plan, egress }: ReportInput): Report['egress'] {
  const mode = plan?.egress.mode ?? spec.network.mode;
  const { suggestion, ...sums } = egress;
  return { mode, ...sums, ...(mode === 'audit' ? { suggestion: suggestion ?? [] } : {}) };
}

function workspaceOf({ spec, plan }: ReportInput): Report['workspace'] {
  const workspace = plan?.workspace;
  return {
    mode: workspace?.mode ?? spec.view.mode,
    ...defined({
      owner: workspace?.owner,
      strategy: plan?.view.strategy,
      strategyReason: plan?.view.reason,
      base: workspace?.base && {
        commit: workspace.base.commit,
        shown: workspace.base.shown.map(({ path }) => path),
        absent: workspace.base.absent,
      },
    }),
    files: workspace?.files ?? 0,
    hidden: workspace?.hidden.map(({ path, reason }) => ({ path, reason })) ?? [],
    secretsFound: workspace?.findings.length ?? 0,
    findings: workspace?.findings ?? [],
  };
}

function changesOf({ changes }: ReportInput): Report['changes'] {
  return {
    files: changes?.files.length ?? 0,
    added: changes?.added ?? 0,
    deleted: changes?.deleted ?? 0,
    patchBytes: changes?.patchBytes ?? 0,
    rejected: changes?.rejected ?? [],
    sensitive: changes?.sensitive ?? [],
  };
}

const ROOT_NOTICE =
  'The workspace belongs to root, so the agent ran as uid 0; it had no capability, so this is not root on the host.';

function noticesOf({ plan, outcome }: ReportInput): readonly string[] {
  const notices = [...(plan?.notices ?? []), ...(plan?.workspace.notices ?? []), ...outcome.notices];
  const root = plan?.workspace.owner.uid === 0 && !notices.some((notice) => notice.includes('uid 0'));
  return [...new Set(root ? [...notices, ROOT_NOTICE] : notices)];
}

function requestedImage(image: ImageSpec): string {
  if (image.kind === 'reference') return image.reference;
  return image.kind === 'build' ? image.context : 'default';
}

/** Leaves out what is undefined: a field that does not apply is absent, never null. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
