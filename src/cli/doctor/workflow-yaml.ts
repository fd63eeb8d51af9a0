import { type Document, isMap, isSeq, visit, type YAMLMap } from 'yaml';

/**
 * GitHub takes anchors: what an alias stands for is judged in each place. A document whose aliases of aliases come to
 * more than anybody writes is left as it is.
 */
export function putAliases(document: Document.Parsed): void {
  try {
    document.toJS();
  } catch {
    return;
  }
  visit(document, {
    Alias(_, alias, path) {
      const node = alias.resolve(document);
      return node === undefined || path.includes(node) ? undefined : node;
    },
  });
}

export function hasTrigger(root: YAMLMap, name: string): boolean {
  const on = root.get('on');
  if (isMap(on)) return on.has(name);
  if (isSeq(on)) return (on.toJSON() as unknown[]).includes(name);
  return on === name;
}

export function stepsOf(job: YAMLMap): readonly YAMLMap[] {
  const steps = job.get('steps');
  return isSeq(steps) ? steps.items.filter((step) => isMap(step)) : [];
}

export function mapsIn(node: unknown): readonly YAMLMap[] {
  return isMap(node) ? node.items.map(({ value }) => value).filter((value) => isMap(value)) : [];
}

export function textOf(map: YAMLMap, key: string): string {
  const value = map.get(key);
  return typeof value === 'string' ? value : '';
}
