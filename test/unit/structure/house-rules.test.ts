import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, importsOf, pathsMatching, type SourceFile, sources } from './source-files.js';

const MAX_LINES = 300;
/** A table test grows by its table. */
const MAX_TEST_LINES = 600;
const DOCKER_WORDS =
  /--(?:cap-drop|cap-add|security-opt|tmpfs|pids-limit|ulimit|sysctl|mount|log-driver|cpus=|memory-swap)\b/;

describe('house rules', () => {
  it('nothing exits the process: entries set an exit code', () => {
    expect(pathsMatching(sources(), /\bprocess\.(exit|abort|reallyExit)\s*\(/)).toEqual([]);
  });

  it('the environment is read in one place', () => {
    expect(
      pathsMatching(sources(), /\bprocess\.env\b|\benv\s*}\s*=\s*process\b/, ['src/core/environment.ts']),
    ).toEqual([]);
  });

  it('programs are started in one place, and in one of the gateway', () => {
    const starters = sources()
      .filter((file) => importsOf(file.code).some((name) => /^(node:)?child_process$/.test(name)))
      .map((file) => file.path);
    expect(
      starters.filter((path) => path !== 'src/core/process.ts' && !path.startsWith('src/gateway/')),
    ).toEqual([]);
    expect(starters.filter((path) => path.startsWith('src/gateway/')).length).toBeLessThanOrEqual(1);
    expect(starters).toContain('src/core/process.ts');
  });

  it('no program is started through a shell', () => {
    expect(pathsMatching(sources(), /\bshell:\s*(true|['"])|\bexecSync\b|\bexec\s*\(\s*`/)).toEqual([]);
  });

  it('only errors of the catalogue are thrown', () => {
    expect(pathsMatching(sources(), /\bthrow new (?!CagentError\b)[A-Z]?\w*\(|\bthrow ['"`{]/)).toEqual([]);
  });

  it('docker arguments are written in one place', () => {
    expect(pathsMatching(sources(), DOCKER_WORDS, ['src/docker/argv.ts'])).toEqual([]);
  });

  it('only the action and publishing know the runner', () => {
    const users = sources().filter((file) =>
      importsOf(file.code).some((name) => name.startsWith('@actions/')),
    );
    expect(users.map((file) => file.path).filter((path) => !/^src\/(action|publish)\//.test(path))).toEqual(
      [],
    );
  });

  it('only the client of GitHub knows how GitHub is called', () => {
    const users = sources().filter((file) =>
      importsOf(file.code).some((name) => name.startsWith('@octokit/')),
    );
    expect(users.map((file) => file.path)).toEqual(['src/github/client.ts']);
  });

  it('nothing evaluates text as code', () => {
    expect(pathsMatching(sources(), /\beval\s*\(|\bnew Function\s*\(|\bvm\.run/)).toEqual([]);
  });

  it('no default exports and no enums', () => {
    expect(pathsMatching(sources(), /\bexport default\b|^\s*(export )?(const )?enum \w/m)).toEqual([]);
  });

  it('every use of `any` is spelt out as unknown', () => {
    expect(pathsMatching(sources(), /:\s*any\b|\bas any\b|<any>|@ts-(ignore|nocheck)/)).toEqual([]);
  });

  it('no file is too long to have one topic', () => {
    const longerThan = (files: readonly SourceFile[], limit: number): string[] =>
      files.filter((file) => file.text.split('\n').length > limit + 1).map((file) => file.path);
    expect(longerThan([...sources(), ...filesBelow('script', [''])], MAX_LINES)).toEqual([]);
    expect(longerThan(filesBelow('test', ['.ts', '.mjs']), MAX_TEST_LINES)).toEqual([]);
  });

  it('files are named by their topic, in kebab-case', () => {
    const names = sources().map((file) => basename(file.path, '.ts'));
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(names.filter((name) => /^(utils?|common|helpers?|misc|shared|stuff|types)$/.test(name))).toEqual(
      [],
    );
  });

  it('no test names a base image that the bootstrap script does not bring', () => {
    const [, base] = /^BASE_IMAGE='(.+)'$/m.exec(readFileSync('script/setup/base-image.sh', 'utf8')) ?? [];
    const named = [...filesBelow('test/docker', ['.ts']), ...filesBelow('test/e2e', ['.ts', '.mjs'])].flatMap(
      ({ path, text }) =>
        [...text.matchAll(/\b(?:(?:debian|ubuntu|alpine|busybox|python):[a-z]|node:\d)[\w.-]*/g)].map(
          ([image]) => `${path}: ${image}`,
        ),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((line) => !line.endsWith(`: ${base}`))).toEqual([]);
  });

  it('no test is skipped or run alone', () => {
    const marked = filesBelow('test', ['.test.ts']).filter((file) =>
      /\b(it|test|describe)\.(skip|only|todo)\b/.test(file.code),
    );
    expect(marked.map((file) => file.path)).toEqual([]);
  });
});
