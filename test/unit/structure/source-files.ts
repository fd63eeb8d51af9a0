import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the repository: path relative to the root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
}

/** All files below `folder` (relative to the root) with one of the endings, sorted. */
export function filesBelow(folder: string, endings: readonly string[]): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, code: withoutComments(text) };
    });
}

/** The code of cagent itself. */
export function sources(): readonly SourceFile[] {
  return filesBelow('src', ['.ts']);
}

/** Block comments go; line comments go when they begin a line or follow a space, so that `https://` stays. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** The paths of the files whose code matches, except those named. */
export function pathsMatching(
  files: readonly SourceFile[],
  pattern: RegExp,
  except: readonly string[] = [],
): string[] {
  return files
    .filter((file) => pattern.test(file.code) && !except.includes(file.path))
    .map((file) => file.path);
}

/** What a file imports, as written: static, dynamic, and re-exports. */
export function importsOf(code: string): readonly string[] {
  const pattern =
    /^\s*(?:import|export)\s[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...code.matchAll(pattern)].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
}
