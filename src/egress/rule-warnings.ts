import { type AddressBlock, containsBlock, formatBlock, parseBlock } from './address.js';
import { PRIVATE_RANGES } from './address-ranges.js';
import { coversRule, coversTarget, sampleName, sharesPort } from './coverage.js';
import { rulesForName } from './matching.js';
import type { EgressRule } from './policy.js';
import { findPreset } from './presets/index.js';

/** A compiled rule with its place in the allow list. */
export interface PlacedRule {
  readonly index: number;
  readonly rule: EgressRule;
}

/** What the user probably did not mean: rules that can never match, are covered by others, or are undone by others. */
export function warnAbout(placed: readonly PlacedRule[]): readonly string[] {
  const own = placed.filter(({ rule }) => !isPreset(rule));
  const related = relatives(placed);
  return [
    ...repeatedPresets(placed),
    ...own.flatMap((one) => [
      ...neverMatches(one),
      ...straddles(one),
      ...(undoneBy(one, related(one)) ?? coveredBy(one, related(one))),
    ]),
  ];
}

/** For a rule, all those that can cover it: looked up by name, so that ten thousand rules are not compared in pairs. */
function relatives(placed: readonly PlacedRule[]): (one: PlacedRule) => readonly PlacedRule[] {
  const rules = placed.map(({ rule }) => rule);
  const policy = { mode: 'block', rules, warnings: [] } as const;
  const byRule = new Map(placed.map((one) => [one.rule, one]));
  const addresses = placed.filter(({ rule }) => rule.target.kind === 'cidr');
  return ({ rule }) => {
    if (rule.target.kind === 'cidr') return addresses;
    return rulesForName(policy, sampleName(rule.target)).map((known) => byRule.get(known) as PlacedRule);
  };
}

function repeatedPresets(placed: readonly PlacedRule[]): readonly string[] {
  const first = new Map<string, number>();
  const warnings = new Set<string>();
  for (const { index, rule } of placed.filter((one) => isPreset(one.rule))) {
    const known = first.get(rule.text) ?? index;
    first.set(rule.text, known);
    const name = rule.text.split(' ')[0]?.slice('preset:'.length);
    if (known !== index)
      warnings.add(`network.allow[${index}]: the preset ${name} is already network.allow[${known}].`);
  }
  return [...warnings];
}

function neverMatches({ index, rule }: PlacedRule): readonly string[] {
  const { target } = rule;
  if (target.kind !== 'name' || target.name.includes('.')) return [];
  const warnings: string[] = [];
  if (findPreset(target.name) !== undefined) {
    warnings.push(`${place(index, rule)} is the host of that name; for the preset write the word alone.`);
  }
  if (!rule.private) {
    warnings.push(
      `${place(index, rule)} can never match: a name without a dot has a private address, which needs private: true.`,
    );
  }
  return warnings;
}

/** A wide range has private parts that nobody wrote out. */
function straddles({ index, rule }: PlacedRule): readonly string[] {
  if (rule.target.kind !== 'cidr' || rule.private) return [];
  const block = parseBlock(`${rule.target.address}/${rule.target.prefix}`) as AddressBlock;
  const inside = PRIVATE_RANGES.filter((range) => containsBlock(block, range)).map(formatBlock);
  if (inside.length === 0) return [];
  return [
    `${place(index, rule)} leaves the private ranges ${inside.join(', ')} closed; write them out to open them.`,
  ];
}

/** Restrictions and budgets that an unrestricted rule for the same host and port makes void, since rules add up. */
function undoneBy(one: PlacedRule, all: readonly PlacedRule[]): readonly string[] | undefined {
  const { http, budget } = one.rule;
  if (http.length === 0 && budget === undefined) return undefined;
  const other = all.find(
    ({ rule }) =>
      rule.http.length === 0 &&
      rule.budget === undefined &&
      coversTarget(rule.target, one.rule.target) &&
      sharesPort(rule, one.rule),
  );
  if (other === undefined) return undefined;
  return [
    `${place(one.index, one.rule)} ${budget === undefined ? 'restricts requests' : 'has a budget'} in vain: ${other.rule.text} (network.allow[${other.index}]) allows every ${http.length === 0 ? 'connection' : 'request'} to the same host and port.`,
  ];
}

/** Of two rules that say the same, the later one is named. */
function coveredBy(one: PlacedRule, all: readonly PlacedRule[]): readonly string[] {
  const at = all.indexOf(one);
  const other = all.find(
    ({ rule }, position) =>
      position !== at && coversRule(rule, one.rule) && (position < at || !coversRule(one.rule, rule)),
  );
  if (other === undefined) return [];
  return [
    `${place(one.index, one.rule)} has no effect: ${other.rule.text} (network.allow[${other.index}]) covers it.`,
  ];
}

function isPreset(rule: EgressRule): boolean {
  return rule.text.startsWith('preset:');
}

function place(index: number, rule: EgressRule): string {
  return `network.allow[${index}]: ${rule.text}`;
}
