import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Environment } from '../core/environment.js';
import { encodePath } from '../core/path-text.js';
import type { Processes } from '../core/process.js';
import { type ByteText, byteTextToFile } from './byte-text.js';
import { type Git, gitFor, quoteAlternate } from './git-command.js';
import type { ObjectFormat } from './git-index-file.js';
import type { GitSource } from './git-source.js';

/** A clean repository in the making, with git bound to it in the two ways that are needed. */
export interface CleanRepository {
  /** The new `.git`. */
  readonly gitDirectory: string;
  /** Directory for everything that does not stay: quarantined objects, links. */
  readonly scratch: string;
  readonly format: ObjectFormat;
  /** Sees the objects of the source and writes new ones into the quarantine. Work tree: the workspace. */
  readonly building: Git;
  /**
   * Writes objects into the quarantine without a look at those of the source: of an object that is there already, git
   * would set the time.
   */
  readonly hashing: Git;
  /** Sees the new repository alone, as the agent will. */
  readonly alone: Git;
  /** A link to the source's own git directory: a name without special characters. */
  readonly sourceLink: string;
}

export interface CleanRepositoryInput {
  readonly gitDirectory: string;
  readonly scratch: string;
  /** The workspace, as bytes. */
  readonly root: ByteText;
  readonly source: GitSource;
  readonly processes: Processes;
  readonly env: Environment;
}

/** Who commits inside until the agent says otherwise. */
export const SANDBOX_IDENTITY = { name: 'cagent', email: 'cagent@localhost' } as const;

/** Lays out an empty repository by hand: no template, no hook, no remote, nothing of the machine's configuration. */
export function createCleanRepository(input: CleanRepositoryInput): CleanRepository {
  const { gitDirectory, scratch, source } = input;
  for (const directory of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info']) {
    mkdirSync(`${gitDirectory}/${directory}`, { recursive: true });
  }
  writeFileSync(`${gitDirectory}/config`, configText(source.objectFormat));
  writeFileSync(`${gitDirectory}/HEAD`, headBytes(source.branch));
  mkdirSync(`${scratch}/objects/info`, { recursive: true });
  mkdirSync(`${scratch}/objects/pack`, { recursive: true });
  const sourceLink = `${scratch}/source`;
  const commonLink = `${scratch}/common`;
  const workspaceLink = `${scratch}/workspace`;
  symlinkSync(byteTextToFile(input.root), workspaceLink);
  symlinkSync(byteTextToFile(source.gitDirectory), sourceLink);
  symlinkSync(byteTextToFile(source.commonDirectory), commonLink);
  linkSharedIndexes(source, gitDirectory);
  const alone = { GIT_DIR: gitDirectory };
  const hashing = { ...alone, GIT_WORK_TREE: workspaceLink, GIT_OBJECT_DIRECTORY: `${scratch}/objects` };
  const building = {
    ...hashing,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: quoteAlternate(`${commonLink}/objects`),
  };
  return {
    gitDirectory,
    scratch,
    format: source.objectFormat,
    building: gitFor(input.processes, input.env, building),
    hashing: gitFor(input.processes, input.env, hashing),
    alone: gitFor(input.processes, input.env, alone),
    sourceLink,
  };
}

/** Writes the branch that HEAD names, or HEAD itself where the source was detached. */
export function setHead(repository: CleanRepository, branch: string | undefined, commit: string): void {
  if (branch === undefined) {
    writeFileSync(`${repository.gitDirectory}/HEAD`, `${commit}\n`);
    return;
  }
  const parent = branch.includes('/') ? `/${branch.slice(0, branch.lastIndexOf('/'))}` : '';
  mkdirSync(encodePath(`${repository.gitDirectory}/refs/heads${parent}`), { recursive: true });
  writeFileSync(encodePath(`${repository.gitDirectory}/refs/heads/${branch}`), `${commit}\n`);
}

/** Names commits, so that the agent can ask for them. */
export function setTags(repository: CleanRepository, tags: Readonly<Record<string, string>>): void {
  for (const [name, commit] of Object.entries(tags))
    writeFileSync(`${repository.gitDirectory}/refs/tags/${name}`, `${commit}\n`);
}

function headBytes(branch: string | undefined): Buffer {
  return Buffer.concat([Buffer.from('ref: refs/heads/'), encodePath(branch ?? 'main'), Buffer.from('\n')]);
}

function configText(format: ObjectFormat): string {
  return [
    '[core]',
    `\trepositoryformatversion = ${format === 'sha256' ? 1 : 0}`,
    '\tfilemode = true',
    '\tbare = false',
    '\thooksPath = /dev/null',
    ...(format === 'sha256' ? ['[extensions]', '\tobjectFormat = sha256'] : []),
    '[user]',
    `\tname = ${SANDBOX_IDENTITY.name}`,
    `\temail = ${SANDBOX_IDENTITY.email}`,
    '[gc]',
    '\tauto = 0',
    '[maintenance]',
    '\tauto = false',
    '',
  ].join('\n');
}

/** A split index names its other half, which git looks for in its own directory. */
function linkSharedIndexes(source: GitSource, gitDirectory: string): void {
  for (const name of readdirSync(byteTextToFile(source.gitDirectory))) {
    if (!/^sharedindex\.[0-9a-f]+$/.test(name)) continue;
    symlinkSync(byteTextToFile(`${source.gitDirectory}/${name}`), `${gitDirectory}/${name}`);
  }
}
