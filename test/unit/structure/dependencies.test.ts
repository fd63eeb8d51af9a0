import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importsOf, sources } from './source-files.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const lock = readFileSync('package-lock.json', 'utf8');
const runtime = Object.keys(manifest.dependencies);

describe('dependencies', () => {
  it.each(Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))(
    '%s is pinned to one version',
    (_, version) => {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    },
  );

  it.each(runtime)('docs/dependencies.md says what %s is for', (name) => {
    expect(readFileSync('docs/dependencies.md', 'utf8')).toContain(`| \`${name}\` |`);
  });

  it('docs/dependencies.md lists nothing that is gone', () => {
    const listed = [...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map(
      (match) => match[1],
    );
    expect(listed.filter((name) => !runtime.includes(name as string))).toEqual([]);
  });

  it('the code imports only what package.json names at run time', () => {
    const imported = new Set(
      sources()
        .flatMap((file) => importsOf(file.code))
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );
    expect([...imported].filter((name) => !runtime.includes(name))).toEqual([]);
    expect(runtime.filter((name) => !imported.has(name))).toEqual([]);
  });

  it('the lock file names no registry, and every package has its checksum', () => {
    expect(/"resolved":/.test(lock)).toBe(false);
    const { packages } = JSON.parse(lock) as {
      packages: Record<string, { integrity?: string; link?: boolean }>;
    };
    const unchecked = Object.entries(packages).filter(
      ([path, entry]) => path !== '' && entry.integrity === undefined,
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });
});
