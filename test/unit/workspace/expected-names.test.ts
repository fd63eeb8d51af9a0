import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { viewLayout } from '../../../src/workspace/view-layout.js';
import { cleanUp, temporary, view, write } from './fixture.js';

afterEach(cleanUp);

/** The names that the mask has a whiteout for, in the root. */
async function masked(
  files: Readonly<Record<string, string>>,
  ignore: readonly string[] = [],
): Promise<readonly string[]> {
  const root = temporary();
  write(root, files);
  const made = await view(root, { ignore });
  const { mask } = viewLayout(dirname(made.upper as string), 'overlay');
  for (const name of readdirSync(mask)) {
    const stat = lstatSync(join(mask, name));
    expect(stat.isDirectory() || (stat.isCharacterDevice() && stat.rdev === 0)).toBe(true);
  }
  return readdirSync(mask);
}

it('a name that the rules would hide has a whiteout before it exists', async () => {
  const names = await masked({ '.agentignore': 'late.txt\n/later/\nsub/deep.txt\n*.key\n' }, ['option.txt']);
  expect(names).toEqual(
    expect.arrayContaining(['.env', '.env.local', '.netrc', 'late.txt', 'later', 'option.txt']),
  );
  expect(names).not.toContain('sub');
});

it('what the rules show has none, and neither has what is there and visible', async () => {
  const names = await masked({
    '.agentignore': 'shown.txt\n!shown.txt\n!.env\n!/.netrc\n',
    '.npmrc': 'color=true\n',
  });
  for (const name of ['shown.txt', '.env', '.netrc', '.npmrc', '.agentignore'])
    expect(names).not.toContain(name);
});
