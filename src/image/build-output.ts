import { stripVTControlCharacters } from 'node:util';

/** What a builder says of itself or repeats, and not of the build. */
const NOISE = [
  /legacy builder is deprecated|Install the buildx|\/go\/buildx|^View build details/,
  /^BuildKit is currently disabled|^environment-variable\.$|^Removing intermediate container /,
  // BuildKit: digests, rules between its parts, the step and the lines of the Dockerfile once more.
  /^#\d+ sha256:|^-+$|^> \[|^Dockerfile:\d+$|^\d+ \|/,
];

/** The end of what a failed build printed, on one line. */
export function lastWords(output: string): string {
  return stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !NOISE.some((noise) => noise.test(line)))
    .slice(-4)
    .join(' | ');
}
