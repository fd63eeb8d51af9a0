import { resolveRunSpec } from '../../config/resolve.js';
import { systemProcesses } from '../../core/process.js';
import { createDocker } from '../../docker/client.js';
import { hostRootsOf } from '../../engine/host-roots.js';
import { cancelOnSignals } from '../../engine/signals.js';
import { planImages } from '../../image/plan-images.js';
import { resolveImages } from '../../image/resolve-images.js';
import type { ParsedArguments } from '../arguments.js';
import type { CommandContext } from '../cli-context.js';

/** `cagent build`: pulls or builds the two images and prints their references and digests. */
export async function buildCommand(
  parsed: ParsedArguments & { command: 'build' },
  context: CommandContext,
): Promise<number> {
  const { environment, cwd, stdout, stderr, openBase } = context;
  const spec = await resolveRunSpec({ flags: parsed.flags, cwd, environment, purpose: 'build', openBase });
  const signals = cancelOnSignals();
  try {
    const images = await resolveImages(
      planImages(spec.image, context.installation, spec.agent.name),
      createDocker(systemProcesses, environment),
      {
        hostRoots: hostRootsOf(environment),
        onSlow: (message) => stderr.write(`cagent: ${message}\n`),
        signal: signals.signal,
      },
    );
    for (const image of [images.sandbox, images.gateway])
      stdout.write(`${image.reference} ${image.digest}\n`);
    return 0;
  } finally {
    signals.dispose();
  }
}
