import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { CliContext } from '../../../src/cli/cli-context.js';
import { presetsCommand } from '../../../src/cli/commands/presets.js';
import { CagentError, renderError } from '../../../src/core/errors.js';
import { PRESETS, type Preset } from '../../../src/egress/presets/index.js';

function printed(name: string | undefined, json = false): string {
  const stdout = new PassThrough();
  const context = { stdout: stdout as unknown as CliContext['stdout'] };
  expect(presetsCommand({ command: 'presets', name, json }, context)).toBe(0);
  return String(stdout.read());
}

describe('cagent presets', () => {
  test('lists every preset with every host and its reason', () => {
    const text = printed(undefined);
    for (const { name, summary, hosts } of PRESETS) {
      expect(text).toContain(`${name}: ${summary}\n`);
      for (const { host, reason } of hosts)
        expect(text.split('\n').some((line) => line.includes(host) && line.endsWith(`  ${reason}`))).toBe(
          true,
        );
    }
  });

  test('gives the same as data', () => {
    expect(JSON.parse(printed(undefined, true))).toEqual(PRESETS);
  });

  test('shows one preset alone, also by its other name', () => {
    expect(printed('go').split('\n')[0]).toBe('go: Go modules and toolchains');
    expect((JSON.parse(printed('linux-distros', true)) as Preset[]).map(({ name }) => name)).toEqual([
      'linux',
    ]);
  });

  test('names the nearest preset for one that does not exist', () => {
    expect(() => printed('pyton')).toThrow(CagentError);
    try {
      printed('pyton');
    } catch (error) {
      expect(renderError(error as CagentError)).toContain('unknown preset "pyton", nearest: python');
    }
  });
});
