import { constants } from 'node:fs';
import { chmod, open, readdir, rename } from 'node:fs/promises';
import { decodePath, fsPath } from '../core/path-text.js';
import { createMask, type Mask, type SecretValue } from '../core/secret-values.js';
import { writeAtomically } from './atomic-write.js';
import { createRedactor, redactFile } from './redact.js';

/**
 * Replaces secret values in every regular file below `root` and in the names there, without following links. Returns
 * the paths (relative, as in core/path-text, as they were) that held one. Throws the system's error when something
 * cannot be read or written.
 */
export async function maskTree(root: string, secrets: readonly SecretValue[]): Promise<readonly string[]> {
  if (secrets.length === 0) return [];
  const masked: string[] = [];
  for (const path of await regularFiles(root, '')) {
    const name = fsPath(root, path);
    // The files are copies of our own; the agent may have left them unreadable.
    await chmod(name, 0o600);
    if (!(await holdsSecret(name, secrets))) continue;
    await writeAtomically(name, redactFile(name, createRedactor(secrets)));
    masked.push(path);
  }
  return [...new Set([...masked, ...(await maskNames(root, '', createMask(secrets)))])];
}

/** Deepest first, so that a path holds until its own turn. */
async function maskNames(root: string, below: string, mask: Mask): Promise<readonly string[]> {
  const entries = await readdir(fsPath(root, below), { withFileTypes: true, encoding: 'buffer' });
  const taken = new Set(entries.map((entry) => decodePath(entry.name)));
  const renamed: string[] = [];
  for (const entry of entries) {
    const name = decodePath(entry.name);
    const path = joinPath(below, name);
    if (entry.isDirectory()) renamed.push(...(await maskNames(root, path, mask)));
    const shown = mask(name);
    if (shown === name) continue;
    const free = freeName(shown, taken);
    taken.add(free);
    await rename(fsPath(root, path), fsPath(root, joinPath(below, free)));
    renamed.push(path);
  }
  return renamed;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}

function joinPath(below: string, name: string): string {
  return below === '' ? name : `${below}/${name}`;
}

async function regularFiles(root: string, below: string): Promise<readonly string[]> {
  const entries = await readdir(fsPath(root, below), { withFileTypes: true, encoding: 'buffer' });
  const files: string[] = [];
  for (const entry of entries) {
    const path = joinPath(below, decodePath(entry.name));
    if (entry.isDirectory()) files.push(...(await regularFiles(root, path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

async function holdsSecret(name: string | Buffer, secrets: readonly SecretValue[]): Promise<boolean> {
  const redactor = createRedactor(secrets);
  const file = await open(name, constants.O_RDONLY | constants.O_NOFOLLOW);
  for await (const bytes of file.createReadStream()) redactor.push(bytes as Buffer);
  redactor.end();
  return redactor.replaced > 0;
}
