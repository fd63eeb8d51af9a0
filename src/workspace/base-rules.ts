import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import {
  type BaseCommit,
  type BaseEntry,
  type BaseRequest,
  followLinks,
  linkTargets,
  openBaseCommit,
} from './base-commit.js';
import { type ByteText, byteTextToPath, pathToByteText } from './byte-text.js';
import { SECOND_IGNORE_FILE } from './ignore-files.js';
import { SECRET_ALLOW_FILE } from './secret-allow-list.js';

/** A base commit with what is needed of it before the workspace is walked. */
export interface BaseRules {
  readonly commit: BaseCommit;
  readonly entries: ReadonlyMap<ByteText, BaseEntry>;
  /** Targets of the commit's links. */
  readonly targetOf: (entry: BaseEntry) => ByteText | undefined;
  /** Its ignore files, `../` for those above the workspace, and its list of known secrets. */
  readonly files: ReadonlyMap<ByteText, Buffer>;
}

/** Opens a commit and reads its rules. Throws `workspace.base`, and `workspace.view` like {@link readBaseRules}. */
export async function openBaseRules(
  {
    root,
    view,
    processes,
    env,
  }: Omit<BaseRequest, 'revision'> & { readonly view: { readonly ignoreFile: string } },
  revision: string,
): Promise<BaseRules> {
  return readBaseRules(await openBaseCommit({ root, revision, processes, env }), view.ignoreFile);
}

/** Reads the rules of the commit. Throws `workspace.view` for an ignore file that leads nowhere. */
export async function readBaseRules(commit: BaseCommit, ignoreFile: string): Promise<BaseRules> {
  const entries = await commit.list();
  const targetOf = await linkTargets(commit);
  const isRule = ruleTest(pathToByteText(ignoreFile));
  const blobs = new Map<ByteText, string>();
  for (const [path, entry] of entries) {
    if (!isRule(path) || entry.mode === '160000') continue;
    const end = entries.get(followLinks(path, entries, targetOf)?.at(-1) ?? '');
    // Without its rules too much would be visible.
    if (end === undefined) throw leadsNowhere(path);
    blobs.set(path, end.objectId);
  }
  const names = ignoreFile.includes('/') ? [SECOND_IGNORE_FILE] : [ignoreFile, SECOND_IGNORE_FILE];
  for (const [path, { mode, objectId }] of await commit.above(names.map(pathToByteText))) {
    if (mode === '120000') throw leadsNowhere(path);
    if (mode.startsWith('100')) blobs.set(path, objectId);
  }
  const contents = await commit.read([...blobs.values()]);
  const files = [...blobs].flatMap(([path, id]) => {
    const content = contents.get(id);
    return content === undefined ? [] : [[path, content] as const];
  });
  return { commit, entries, targetOf, files: new Map(files) };
}

/** The rules as the plan keeps them: text of core/path-text, which any bytes fit into. */
export function storedRules(files: BaseRules['files']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...files].map(([path, bytes]) => [byteTextToPath(path), byteTextToPath(bytes.toString('latin1'))]),
  );
}

/** The inverse of {@link storedRules}. */
export function restoredRules(stored: Readonly<Record<string, string>>): BaseRules['files'] {
  return new Map(
    Object.entries(stored).map(([path, text]) => [
      pathToByteText(path),
      Buffer.from(pathToByteText(text), 'latin1'),
    ]),
  );
}

function ruleTest(ignoreFile: ByteText): (path: ByteText) => boolean {
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return (
      path === ignoreFile || name === ignoreFile || name === SECOND_IGNORE_FILE || path === SECRET_ALLOW_FILE
    );
  };
}

function leadsNowhere(path: ByteText): CagentError {
  return new CagentError(
    'workspace.view',
    `The ignore file ${displayPath(byteTextToPath(path))} of the base commit cannot be used: it is a link that leads nowhere or out of the workspace.`,
    { hint: 'Make it a regular file on the base branch.' },
  );
}
