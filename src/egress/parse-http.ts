import { quote } from '../config/found.js';
import type { AllowObject } from '../config/run-spec.js';
import type { HttpRule } from './policy.js';
import { isUnderPrefix, normalizePath } from './request-path.js';
import { isProblem, type RuleProblem } from './rule-error.js';

type WrittenHttp = NonNullable<AllowObject['http']>;

/**
 * Restrictions on requests, from the `http` list and the path of the rule's URL.
 * @param prefix normalised path of the URL; `undefined` when it names no path. Relative paths are under it.
 */
export function parseHttp(
  written: WrittenHttp | undefined,
  prefix: string | undefined,
): readonly HttpRule[] | RuleProblem {
  if (written === undefined) return prefix === undefined ? [] : [{ methods: [], paths: [prefix] }];
  if (written.length === 0) return emptyList('http', 'every request');
  const rules: HttpRule[] = [];
  for (const entry of written) {
    const methods = parseMethods(entry.methods);
    if (isProblem(methods)) return methods;
    const paths = parsePaths(entry.paths, prefix);
    if (isProblem(paths)) return paths;
    if (methods.length === 0 && paths.length === 0) {
      return {
        problem: 'an http entry has neither methods nor paths, so it restricts nothing',
        hint: 'Leave http out to allow every request.',
      };
    }
    rules.push({ methods, paths });
  }
  return rules;
}

/** The path of a URL or of a rule in normalised form; letters that are not ASCII may stand as they are. */
export function parsePrefix(written: string): string | RuleProblem {
  if (written.includes('?'))
    return {
      problem: `the path ${quote(written)} has a query, which has no say in rules`,
      hint: 'Leave out everything from the question mark on.',
    };
  if (written.includes('*'))
    return {
      problem: `the path ${quote(written)} has a *, but paths are prefixes, not patterns`,
      hint: 'Leave out the *: /v1/ stands for everything below it.',
    };
  const path = normalizePath(written.replace(/[^\0-\x7f]+/gu, encodeURIComponent));
  if (!path.ok)
    return {
      problem: `the path ${quote(written)} ${path.problem}`,
      hint: 'Write the path plainly, e.g. /v1/models.',
    };
  return path.path;
}

function parseMethods(written: readonly string[] | undefined): readonly string[] | RuleProblem {
  if (written === undefined) return [];
  if (written.length === 0) return emptyList('methods', 'every method');
  const methods = [...new Set(written.map((method) => method.toUpperCase()))];
  const wrong = methods.find((method) => !/^[A-Z]+(?:-[A-Z]+)*$/.test(method));
  if (wrong !== undefined)
    return { problem: `${quote(wrong)} is no HTTP method`, hint: 'Leave methods out to allow every method.' };
  if (methods.includes('CONNECT'))
    return {
      problem: 'CONNECT can never match, because the gateway opens no tunnels',
      hint: 'Allow the destination of the tunnel by its own name.',
    };
  return methods;
}

function parsePaths(
  written: readonly string[] | undefined,
  prefix: string | undefined,
): readonly string[] | RuleProblem {
  if (written === undefined) return prefix === undefined ? [] : [prefix];
  if (written.length === 0) return emptyList('paths', 'every path');
  const paths: string[] = [];
  for (const text of written) {
    const path = parsePrefix(text.startsWith('/') ? text : `${(prefix ?? '/').replace(/\/$/, '')}/${text}`);
    if (typeof path !== 'string') return path;
    if (prefix !== undefined && !isUnderPrefix(path, prefix)) {
      return {
        problem: `the path ${quote(text)} is outside of ${prefix}, the path of the URL`,
        hint: `Write it relative to ${prefix}, or put only the host into dest.`,
      };
    }
    paths.push(path);
  }
  return [...new Set(paths)];
}

function emptyList(key: string, everything: string): RuleProblem {
  return {
    problem: `${key} is empty, so the rule can never match`,
    hint: `Leave ${key} out to allow ${everything}.`,
  };
}
