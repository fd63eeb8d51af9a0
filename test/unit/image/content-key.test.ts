import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planImages } from '../../../src/image/plan-images.js';
import { REPOSITORY, writeFiles } from '../../fixtures/cli.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cagent-context-'));
  writeFiles(directory, { Dockerfile: 'FROM scratch\n', 'src/a.c': 'a', 'logs/today.log': 'x', '.env': 'x' });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The tag of the image that this directory makes. */
function tag(): string {
  const { sandbox } = planImages({ kind: 'build', context: directory }, REPOSITORY);
  return sandbox.reference;
}

/** Whether the image is another one after these files have changed. */
function changesWith(files: Readonly<Record<string, string>>): boolean {
  const before = tag();
  writeFiles(directory, files);
  return tag() !== before;
}

describe('the tag of an image of the user', () => {
  it('is another one when any file of its directory changes', () => {
    expect(changesWith({ 'logs/today.log': 'y' })).toBe(true);
  });

  it('stays the same when only files change that .dockerignore leaves out', () => {
    writeFiles(directory, { '.dockerignore': '# what nobody needs\n\nlogs\n  /.env  \n**/*.tmp\n' });
    expect(changesWith({ 'logs/today.log': 'y', 'logs/more.log': 'z', '.env': 'y', 'src/y.tmp': '1' })).toBe(
      false,
    );
    expect(changesWith({ 'src/a.c': 'b' })).toBe(true);
  });

  it.each([
    ['the file itself', 'logs\n', { '.dockerignore': 'logs\n# more\n' }],
    ['the Dockerfile', 'Dockerfile\n*\n', { Dockerfile: 'FROM x\n' }],
    ['an exception', 'logs\n!logs/today.log\n', { 'logs/today.log': 'y' }],
    ['an exception of a directory', '*\n!logs\n', { 'logs/today.log': 'y' }],
    ['a name of another case', 'LOGS\n', { 'logs/today.log': 'y' }],
    ['a file deeper down than the pattern', '*.log\n', { 'logs/today.log': 'y' }],
    ['a hash that stands inside of a line', 'logs#\n', { 'logs/today.log': 'y' }],
    ['a pattern that is not understood', 'log[s]\nl?gs\n**gs\n', { 'logs/today.log': 'y' }],
    ['an exception that is not understood', 'logs\n!l?gs\n', { 'logs/today.log': 'y' }],
    ['rules for the other builder', 'logs\n', { 'Dockerfile.dockerignore': '', 'logs/today.log': 'y' }],
  ])('is another one after a change of %s', (_, rules, files) => {
    writeFiles(directory, { '.dockerignore': rules });
    expect(changesWith(files)).toBe(true);
  });

  it('is there at once for rules of a stranger that send matchers astray', () => {
    const stars = `${'*a'.repeat(40)}b\n${'**/a/'.repeat(40)}b\n`;
    writeFiles(directory, { '.dockerignore': stars, [`${'a/'.repeat(60)}${'a'.repeat(200)}`]: 'x' });
    expect(tag()).toMatch(/^cagent-custom:/);
  });
});
