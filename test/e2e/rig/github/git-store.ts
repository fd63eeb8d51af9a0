import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** The objects and branches of a repository on the fake GitHub: a real bare repository. */
export interface GitStore {
  readonly directory: string;
  git(args: readonly string[], input?: string | Buffer, env?: Readonly<Record<string, string>>): Buffer;
  /** Standard output without its line end; throws when git fails. */
  text(...args: readonly string[]): string;
  /** The id of a commit, tree or blob, or `undefined`. */
  resolve(revision: string): string | undefined;
  /** A commit with exactly these files on a branch, over its head if it has one. Returns its id. */
  commit(branch: string, files: StoreFiles, options?: CommitOptions): string;
  /** Tree id of a commit, branch or tree. */
  tree(revision: string): string;
  /** Content of a file, or `undefined`. */
  file(revision: string, path: string): string | undefined;
}

/** Path to content; an object for another mode than 100644. */
export type StoreFiles = Readonly<
  Record<string, string | { readonly mode: '100755' | '120000'; readonly content: string }>
>;

export interface CommitOptions {
  readonly message?: string;
  readonly author?: string;
  /** Keep the files of the branch and change only these. */
  readonly onTop?: boolean;
  /** Commit that the branch starts from when it is new. */
  readonly from?: string;
}

export function createGitStore(directory: string): GitStore {
  mkdirSync(directory, { recursive: true });
  const git: GitStore['git'] = (args, input, env = {}) =>
    execFileSync('git', ['--git-dir', directory, ...args], {
      input: input ?? '',
      maxBuffer: 2 ** 28,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...env,
      },
    });
  const text: GitStore['text'] = (...args) => git(args).toString('utf8').trimEnd();
  const resolve = (revision: string): string | undefined => {
    try {
      return text('rev-parse', '--verify', '--quiet', '--end-of-options', revision);
    } catch {
      return undefined;
    }
  };
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', directory]);
  let clock = 1_700_000_000;
  return {
    directory,
    git,
    text,
    resolve,
    commit(
      branch,
      files,
      { message = 'Change', author = 'Mona <mona@localhost>', onTop = false, from } = {},
    ) {
      const parent = resolve(`refs/heads/${branch}`) ?? from;
      const index = { GIT_INDEX_FILE: `${directory}/commit-index` };
      git(['read-tree', ...(onTop && parent !== undefined ? [parent] : ['--empty'])], '', index);
      const lines = Object.entries(files).map(([path, file]) => {
        const [mode, content] = typeof file === 'string' ? ['100644', file] : [file.mode, file.content];
        const id = git(['hash-object', '-w', '--stdin'], content).toString('utf8').trim();
        return `${mode} ${id}\t${path}\0`;
      });
      git(['update-index', '-z', '--index-info'], lines.join(''), index);
      const tree = git(['write-tree'], '', index).toString('utf8').trim();
      const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(author) ?? [];
      clock += 60;
      const who = {
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: email,
        GIT_AUTHOR_DATE: `${clock} +0000`,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: email,
        GIT_COMMITTER_DATE: `${clock} +0000`,
      };
      const parents = parent === undefined ? [] : ['-p', parent];
      const id = git(['commit-tree', tree, ...parents], message, who)
        .toString('utf8')
        .trim();
      git(['update-ref', `refs/heads/${branch}`, id]);
      return id;
    },
    tree: (revision) => text('rev-parse', `${revision}^{tree}`),
    file(revision, path) {
      try {
        return git(['cat-file', 'blob', `${revision}:${path}`]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
