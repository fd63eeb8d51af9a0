import type { Environment } from '../core/environment.js';
import { quote } from './found.js';
import type { EnvironmentEntry } from './run-spec.js';

/**
 * The variables of `--env`. `NAME` is taken from cagent's environment and is secret; `NAME=VALUE` is not. The last
 * of a name wins. Problems never show a value.
 */
export function environmentEntries(
  items: readonly string[],
  environment: Environment,
  label: string,
): { readonly entries: readonly EnvironmentEntry[]; readonly problems: readonly string[] } {
  const entries = new Map<string, EnvironmentEntry>();
  const problems: string[] = [];
  for (const item of items) {
    const equals = item.indexOf('=');
    const name = equals === -1 ? item : item.slice(0, equals);
    const value = equals === -1 ? environment[name] : item.slice(equals + 1);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      problems.push(
        `${label}: found the name ${quote(name)}, allowed: letters, digits and _, not beginning with a digit`,
      );
    } else if (value === undefined) {
      problems.push(
        `${label}: ${name} is not set in the environment of cagent, allowed: a variable that is set, or ${name}=VALUE`,
      );
    } else {
      entries.set(name, { name, value, secret: equals === -1 });
    }
  }
  return { entries: [...entries.values()], problems };
}
