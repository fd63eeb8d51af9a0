import { withoutKeys } from '../../agents/model-access.js';
import { resolveRunSpec } from '../../config/resolve.js';
import { displayPath } from '../../core/path-text.js';
import { systemProcesses } from '../../core/process.js';
import { shellWords } from '../../core/shell-word.js';
import { createDocker } from '../../docker/client.js';
import { hostRootsOf } from '../../engine/host-roots.js';
import { cancelOnSignals } from '../../engine/signals.js';
import { type BuildStep, planBuild } from '../../image/plan-build.js';
import { planImages } from '../../image/plan-images.js';
import { pushImage } from '../../image/push-image.js';
import { resolveImages } from '../../image/resolve-images.js';
import type { ParsedArguments } from '../arguments.js';
import type { CommandContext } from '../cli-context.js';

/** `cagent build`: pulls or builds the two images, prints their references and digests, and pushes where asked to. */
export async function buildCommand(
  { flags }: ParsedArguments & { command: 'build' },
  context: CommandContext,
): Promise<number> {
  const { environment, cwd, stdout, stderr, openBase } = context;
  const spec = await resolveRunSpec({ flags, cwd, environment, purpose: 'build', openBase });
  const plan = planImages(spec.image, context.installation, spec.agent.name);
  const { push } = flags.values;
  const wishes = {
    noCache: flags.values['no-cache'] === true,
    push: typeof push === 'string' ? push : undefined,
  };
  const hostRoots = hostRootsOf(environment);
  if (flags.values['dry-run'] === true) {
    for (const step of planBuild(plan, wishes)) stdout.write(stepText(step, hostRoots));
    return 0;
  }
  const signals = cancelOnSignals();
  const docker = createDocker(systemProcesses, withoutKeys(environment));
  try {
    const { sandbox, gateway } = await resolveImages(plan, docker, {
      hostRoots,
      noCache: wishes.noCache,
      onSlow: (message) => stderr.write(`cagent: ${message}\n`),
      signal: signals.signal,
    });
    for (const image of [sandbox, gateway]) stdout.write(`${image.reference} ${image.digest}\n`);
    if (wishes.push === undefined) return 0;
    const pushed = await pushImage(sandbox, wishes.push, docker, signals.signal);
    stdout.write(`${pushed.reference} ${pushed.digest}\n`);
    return 0;
  } finally {
    signals.dispose();
  }
}

/** A command as a shell takes it, under comments on when it runs and what it reads. */
function stepText({ args, context, unless }: BuildStep, hostRoots: string | undefined): string {
  const roots = { source: hostRoots ?? '/dev/null', target: 'extra-ca.pem' };
  const notes = [
    ...(unless === undefined ? [] : [`unless ${unless} is there:`]),
    ...(context === undefined ? [] : ['standard input is an archive (tar) of']),
    ...[...(context ?? []), ...(context === undefined ? [] : [roots])].map(
      ({ source, target }) => `  ${displayPath(source)} as ${target}`,
    ),
  ];
  return [...notes.map((note) => `# ${note}`), shellWords(['docker', ...args]), ''].join('\n');
}
