const LONGEST = 200;

/** Whether git and GitHub take the text as the name of a branch, and every shell and log does too. */
export function isBranchName(text: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(text) &&
    text.length <= LONGEST &&
    !/\.\.|\/\/|\/\.|\.\/|\.lock(\/|$)|[./]$/.test(text)
  );
}

/** Any text as a part of a branch's name: lower case letters, digits, `-` and `_`. Different texts may give the same. */
export function branchSlug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
}
