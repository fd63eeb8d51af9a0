import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, parseDocument } from 'yaml';
import { CagentError } from '../core/errors.js';
import { parseConfig } from './config-file.js';

export interface ExtendedConfig {
  /** The whole file; as it was when nothing is new. */
  readonly text: string;
  /** The entries that were added, as YAML on one line. */
  readonly added: readonly string[];
}

/**
 * Adds entries to `network.allow` of a configuration. Comments, order and everything else stay. Pure.
 * @param text the file, or `undefined` when there is none yet
 * @param items entries as YAML list items, such as `- node`
 * @param name what messages call the file
 * @throws CagentError `config.syntax` or `config.invalid` for a file, or a result, that is not a configuration
 */
export function extendAllow(
  text: string | undefined,
  items: readonly string[],
  name: string,
): ExtendedConfig {
  if (text !== undefined) parseConfig(text, name);
  const document = parseDocument(text ?? 'version: 1\n');
  const present = document.getIn(['network', 'allow']);
  if (present !== undefined && !isSeq(present))
    throw new CagentError('config.invalid', `${name}: network.allow is not a list that can be added to`);
  const known: unknown[] = isSeq(present) ? (present.toJSON() as unknown[]) : [];
  const added: string[] = [];
  for (const item of items) {
    const values: unknown = parseDocument(item).toJS();
    if (!Array.isArray(values)) continue;
    for (const value of values as unknown[]) {
      if (known.some((entry) => isDeepStrictEqual(entry, value))) continue;
      known.push(value);
      added.push(JSON.stringify(value));
      append(document, value);
    }
  }
  if (added.length === 0) return { text: text ?? '', added };
  const result = document.toString({ lineWidth: 0 });
  parseConfig(result, name);
  return { text: result, added };
}

/** What `network.allow` of a configuration has, as items for {@link extendAllow}. */
export function allowItems(text: string, name: string): readonly string[] {
  parseConfig(text, name);
  const present = parseDocument(text).getIn(['network', 'allow']);
  const values = isSeq(present) ? (present.toJSON() as unknown[]) : [];
  return values.map((value) => `- ${JSON.stringify(value)}`);
}

/** An object stands on one line, as people write it. */
function append(document: ReturnType<typeof parseDocument>, value: unknown): void {
  const node = document.createNode(value, { flow: typeof value === 'object' });
  if (document.getIn(['network', 'allow']) === undefined) {
    if (!isMap(document.get('network'))) document.set('network', document.createNode({}));
    document.setIn(['network', 'allow'], document.createNode([]));
  }
  document.addIn(['network', 'allow'], node);
}
