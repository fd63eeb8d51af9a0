import { nearest, quote } from '../../config/found.js';
import { logJson } from '../../core/log-json.js';
import { findPreset, PRESETS, type Preset } from '../../egress/presets/index.js';
import type { ParsedArguments } from '../arguments.js';
import type { CliContext } from '../cli-context.js';
import { usageError } from '../usage-errors.js';

/** `cagent presets`: what each preset of `network.allow` opens, and why. With `--json` always a list of presets. */
export function presetsCommand(
  { name, json }: ParsedArguments & { command: 'presets' },
  { stdout }: Pick<CliContext, 'stdout'>,
): number {
  const presets = name === undefined ? PRESETS : [presetOf(name)];
  stdout.write(json ? logJson(presets) : presets.map(described).join('\n'));
  return 0;
}

function presetOf(name: string): Preset {
  const preset = findPreset(name);
  if (preset !== undefined) return preset;
  const meant = nearest(
    name,
    PRESETS.map((each) => each.name),
  );
  throw usageError(`unknown preset ${quote(name)}, nearest: ${meant}`, 'See cagent presets.');
}

function described({ name, summary, hosts }: Preset): string {
  const width = Math.max(...hosts.map(({ host }) => host.length));
  const lines = hosts.map(({ host, reason }) => `  ${host.padEnd(width)}  ${reason}\n`);
  return `${name}: ${summary}\n${lines.join('')}`;
}
