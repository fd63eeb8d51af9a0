/** A repository as GitHub names it in paths. */
export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

/** `owner/name`, or `undefined` when the text is not the name of a repository. */
export function parseRepositoryName(text: string): RepositoryName | undefined {
  const match = /^([A-Za-z0-9](?:[A-Za-z0-9_-]{0,99}))\/([A-Za-z0-9._-]{1,100})$/.exec(text);
  if (match === null || match[2] === '.' || match[2] === '..') return undefined;
  return { owner: match[1] as string, repo: match[2] as string };
}

/** GitHub does not tell letter cases apart. */
export function sameRepository(a: RepositoryName, b: RepositoryName): boolean {
  return fullName(a).toLowerCase() === fullName(b).toLowerCase();
}

export function fullName({ owner, repo }: RepositoryName): string {
  return `${owner}/${repo}`;
}
