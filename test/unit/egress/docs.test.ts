import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PRESETS } from '../../../src/egress/presets/index.js';
import { TELEMETRY } from '../../../src/egress/presets/telemetry.js';
import { EGRESS_REASONS } from '../../../src/egress/reasons.js';
import { policyOf } from './policy-of.js';

const docs = readFileSync(new URL('../../../docs/egress.md', import.meta.url), 'utf8');

test('every rule that the documentation shows is valid', () => {
  const examples = [...docs.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parse(text as string));
  expect(examples.length).toBeGreaterThan(0);
  for (const { network } of examples) {
    for (const entry of network.allow) expect(policyOf([entry]).warnings).toEqual([]);
  }
});

test('the documentation lists every host that is known to be blocked, with its reason', () => {
  for (const { host, reason } of TELEMETRY) expect(docs).toContain(`| \`${host}\` | ${reason} |`);
});

test('the documentation lists every reason with its meaning', () => {
  for (const [word, meaning] of Object.entries(EGRESS_REASONS))
    expect(docs).toContain(`| \`${word}\` | ${meaning} |`);
});

test('the documentation lists every preset with its hosts', () => {
  for (const { name, summary, hosts } of PRESETS) {
    expect(docs).toContain(
      `| \`${name}\` | ${summary}: ${hosts.map(({ host }) => `\`${host}\``).join(', ')} |`,
    );
  }
});
