import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, type SourceFile, sources } from './source-files.js';

/** Folders of `src`, lowest first: a folder may import from those before it. */
const LAYERS = [
  'core',
  'config',
  'docker',
  'agents',
  'image',
  'workspace',
  'egress',
  'gateway',
  'sandbox',
  'changes',
  'report',
  'github',
  'publish',
  'engine',
  'action',
  'cli',
] as const;

/** The gateway is a program of its own in a container of its own: what it does not import cannot fail it there. */
const GATEWAY_MAY_IMPORT = ['core', 'egress', 'gateway'];

/** Of the gateway the host may know the language, never the program. */
const GATEWAY_FOR_THE_HOST = ['src/gateway/protocol.ts'];

function folderOf(path: string): string {
  return path.split('/')[1] as string;
}

function wrongImports(file: Pick<SourceFile, 'path' | 'code'>): string[] {
  const from = folderOf(file.path);
  return importsOf(file.code)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file.path), name).replace(/\.js$/, '.ts'))
    .filter((target) => !mayImport(from, target))
    .map((target) => `${file.path} imports ${target}`);
}

function mayImport(from: string, target: string): boolean {
  const to = folderOf(target);
  if (!target.startsWith('src/')) return false;
  if (from === to) return true;
  if (from === 'gateway') return GATEWAY_MAY_IMPORT.includes(to);
  if (to === 'gateway' && !GATEWAY_FOR_THE_HOST.includes(target)) return false;
  const layers: readonly string[] = LAYERS;
  return layers.indexOf(to) < layers.indexOf(from);
}

describe('layers', () => {
  it('every folder of src is a known layer', () => {
    const folders = new Set(sources().map((file) => folderOf(file.path)));
    expect([...folders].filter((folder) => !(LAYERS as readonly string[]).includes(folder))).toEqual([]);
  });

  it('folders import only downwards', () => {
    expect(sources().flatMap(wrongImports)).toEqual([]);
  });

  it('relative imports end with .js', () => {
    const wrong = sources().flatMap((file) =>
      importsOf(file.code).filter((name) => name.startsWith('.') && !/\.(js|json)$/.test(name)),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['an upward import', 'src/core/a.ts', "import { run } from '../engine/run.js';"],
    ['a multi-line import', 'src/docker/a.ts', "import {\n  run,\n} from '../sandbox/run.js';"],
    ['a dynamic import', 'src/report/a.ts', "const m = await import('../cli/index.js');"],
    ['a re-export', 'src/core/a.ts', "export * from '../config/run-spec.js';"],
    ['an import for its effects', 'src/core/a.ts', "import '../config/run-spec.js';"],
    ['a gateway that knows docker', 'src/gateway/a.ts', "import { d } from '../docker/client.js';"],
    [
      'a host that knows the inside of the gateway',
      'src/sandbox/a.ts',
      "import { d } from '../gateway/dns.js';",
    ],
    ['an import from outside src', 'src/cli/a.ts', "import { d } from '../../script/x.js';"],
  ])('%s is found', (_, path, code) => {
    expect(wrongImports({ path, code })).toHaveLength(1);
  });
});
