import type { EgressPolicy, EgressRule, RuleTarget } from './policy.js';

/** Whether a rule's target means this name (normalised). Address targets never do: names and addresses do not mix. */
export function matchesName(target: RuleTarget, name: string): boolean {
  switch (target.kind) {
    case 'name':
      return name === target.name;
    case 'one-label':
      return (
        name.indexOf('.') === name.length - target.suffix.length - 1 && name.endsWith(`.${target.suffix}`)
      );
    case 'any-depth':
      return name.endsWith(`.${target.suffix}`);
    case 'any':
      return isPublicName(name);
    case 'cidr':
      return false;
  }
}

/** A name that may belong to somebody outside: names of one label belong to the local network. */
export function isPublicName(name: string): boolean {
  return name.includes('.') && !name.endsWith('.localhost');
}

/** The rules that mean this name (normalised), in the order of the policy. Costs one look-up per label of the name. */
export function rulesForName(policy: EgressPolicy, name: string): readonly EgressRule[] {
  const index = indexOf(policy);
  const suffixes = [...name.matchAll(/\./g)].map((dot) => name.slice(dot.index + 1));
  const candidates = [index.get(name), ...suffixes.map((suffix) => index.get(`.${suffix}`)), index.get('*')];
  return candidates
    .flatMap((entries) => entries ?? [])
    .filter(({ rule }) => matchesName(rule.target, name))
    .sort((a, b) => a.position - b.position)
    .map(({ rule }) => rule);
}

interface IndexedRule {
  readonly position: number;
  readonly rule: EgressRule;
}

type RuleIndex = ReadonlyMap<string, readonly IndexedRule[]>;

const indexes = new WeakMap<EgressPolicy, RuleIndex>();

/** Rules by where they hang in the tree of names, so that ten thousand of them cost no more than ten. */
function indexOf(policy: EgressPolicy): RuleIndex {
  const known = indexes.get(policy);
  if (known !== undefined) return known;
  const index = new Map<string, IndexedRule[]>();
  for (const [position, rule] of policy.rules.entries()) {
    const key = indexKey(rule.target);
    if (key === undefined) continue;
    const entries = index.get(key);
    if (entries === undefined) index.set(key, [{ position, rule }]);
    else entries.push({ position, rule });
  }
  indexes.set(policy, index);
  return index;
}

function indexKey(target: RuleTarget): string | undefined {
  switch (target.kind) {
    case 'name':
      return target.name;
    case 'one-label':
    case 'any-depth':
      return `.${target.suffix}`;
    case 'any':
      return '*';
    case 'cidr':
      return undefined;
  }
}
