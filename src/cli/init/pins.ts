/** A release of an action: the commit decides, the version is for people and for dependabot. */
export interface Pin {
  readonly action: string;
  readonly sha: string;
  readonly version: string;
}

/** cagent itself. `script/pin-release` writes the commit of a release here, in the commit that follows it. */
export const CAGENT: Pin = {
  action: 'org/cagent',
  sha: '822576c566fc3b10a85d2a33e2ce1199e6d35473',
  version: 'v0.1.0',
};

export const CHECKOUT: Pin = {
  action: 'actions/checkout',
  sha: '3d3c42e5aac5ba805825da76410c181273ba90b1',
  version: 'v7.0.1',
};

/** `path`: an action in a folder of the repository, with the slash. */
export function uses({ action, sha, version }: Pin, path = ''): string {
  return `${action}${path}@${sha} # ${version}`;
}
