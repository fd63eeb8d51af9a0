import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.js';
import { flagsFromInputs } from '../../../src/config/inputs.js';
import { resolvePatchPolicy, resolveRunSpec } from '../../../src/config/resolve.js';
import type { RunSpec } from '../../../src/config/run-spec.js';
import { ENVIRONMENT, failure, root, run, workspace } from './resolve-fixture.js';

describe('paths', () => {
  test('of flags are relative to the current directory', async () => {
    const flags = [
      '-w',
      'ws',
      '-o',
      'out',
      '--prompt-file',
      'outside.md',
      '--agent',
      'claude',
      '--ca-file',
      'ws/ca.pem',
    ];
    const spec = await run(flags, { cwd: root });
    expect(spec).toMatchObject({ out: join(root, 'out'), network: { caFile: join(root, 'ws/ca.pem') } });
    expect(spec.agent.prompt).toBe('a secret of the host');
  });

  test('of roots may be absolute in the file too: companies keep them on the machine', async () => {
    const ca = join(root, 'corp.pem');
    copyFileSync(join(workspace, 'ca.pem'), ca);
    const spec = await run(['--', 'true'], { config: `version: 1\nnetwork: {ca-file: ${ca}}\n` });
    expect(spec.network.caFile).toBe(ca);
  });

  test('of the file are relative to the workspace, and one that is missing there says so', async () => {
    const config = 'version: 1\nagent: {use: claude, prompt-file: gone.md}\n';
    const error = await run([], { config }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'config.unreadable',
      hint: 'Paths in the configuration are relative to the workspace.',
    });
  });

  const OUTSIDE = 'which leads out of the workspace, allowed: a path inside the workspace';
  test.each<[string, string, string, string]>([
    [
      'the prompt',
      'agent: {use: claude, prompt-file: ../outside.md}',
      'agent.prompt-file: found "../outside.md"',
      OUTSIDE,
    ],
    [
      'the prompt',
      'agent: {use: claude, prompt-file: /etc/passwd}',
      'agent.prompt-file: found "/etc/passwd"',
      OUTSIDE,
    ],
    [
      'the prompt by a link',
      'agent: {use: claude, prompt-file: link.md}',
      'agent.prompt-file: found "link.md"',
      OUTSIDE,
    ],
    [
      'the prompt by a linked directory',
      'agent: {use: claude, prompt-file: up/outside.md}',
      'agent.prompt-file: found',
      OUTSIDE,
    ],
    ['the image', 'agent: {use: claude, prompt: x}\nimage: {build: ..}', 'image.build: found ".."', OUTSIDE],
    [
      'the ignore file',
      'agent: {use: claude, prompt: x}\nworkspace: {ignore-file: ../x}',
      'workspace.ignore-file: found',
      OUTSIDE,
    ],
    [
      'the roots',
      'agent: {use: claude, prompt: x}\nnetwork: {ca-file: ../ca.pem}',
      'network.ca-file: found "../ca.pem"',
      OUTSIDE,
    ],
    [
      'a build directory without Dockerfile',
      'agent: {use: claude, prompt: x}\nimage: {build: docker}',
      'image.build: "docker" holds no Dockerfile',
      'allowed:',
    ],
    [
      'roots without a certificate',
      'agent: {use: claude, prompt: x}\nnetwork: {ca-file: task.md}',
      '"task.md" holds no certificate',
      'allowed:',
    ],
    [
      'a prompt of spaces',
      'agent: {use: claude, prompt-file: blank.md}',
      '"blank.md" holds no text',
      'allowed:',
    ],
    [
      'a directory as ignore file',
      'agent: {use: claude, prompt: x}\nworkspace: {ignore-file: docker}',
      '"docker" is not a file',
      'allowed:',
    ],
  ])(
    'of the file stay inside the workspace and are what they should be: %s',
    async (_name, config, found, allowed) => {
      symlinkSync('../outside.md', join(workspace, 'link.md'));
      symlinkSync('..', join(workspace, 'up'));
      writeFileSync(join(workspace, 'blank.md'), ' \n');
      const { code, message } = await failure(run([], { config: `version: 1\n${config}` }));
      expect(code).toBe('config.invalid');
      expect(message).toContain(found);
      expect(message).toContain(allowed);
      expect(message).toMatch(/^cagent\.yml:\d+:\d+: /);
    },
  );

  test.each([
    ['prompt', 'agent: {use: claude, prompt-file: gone.md}'],
    ['roots', 'agent: {use: claude, prompt: x}\nnetwork: {ca-file: gone.pem}'],
    ['ignore rules', 'agent: {use: claude, prompt: x}\nworkspace: {ignore-file: gone}'],
  ])('that are named must be there: %s', async (_name, config) => {
    const { code, message } = await failure(run([], { config: `version: 1\n${config}` }));
    expect(code).toBe('config.unreadable');
    expect(message).toContain('no such file or directory');
  });

  test('the ignore file may be missing under its default name, written out or not', async () => {
    const config = 'version: 1\nworkspace: {ignore-file: .agentignore}';
    expect((await run(['--', 'x'], { config })).view.ignoreFile).toBe('.agentignore');
  });

  test.each<[string, string, string]>([
    ['out of the workspace', '../outside.md', 'config.invalid'],
    ['nowhere', 'gone', 'config.unreadable'],
    ['to a directory', 'docker', 'config.invalid'],
  ])('an .agentignore that leads %s is never taken for an empty one', async (_name, target, code) => {
    symlinkSync(target, join(workspace, '.agentignore'));
    expect((await failure(run(['--', 'x']))).code).toBe(code);
  });

  test.each([
    ['a file', 'ws/task.md', 'is not a directory'],
    ['below a file', 'ws/task.md/out', 'there is a file in its way'],
    ['the workspace', 'ws', 'is the workspace itself'],
  ])('the run directory must not be %s', async (_name, out, expected) => {
    const { code, message } = await failure(run(['-w', 'ws', '-o', out, '--', 'x'], { cwd: root }));
    expect(code).toBe('config.out');
    expect(message).toContain(expected);
  });
});

describe('inputs of the action', () => {
  function fromInputs(inputs: Readonly<Record<string, string>>): Promise<RunSpec> {
    return resolveRunSpec({
      flags: flagsFromInputs(inputs),
      cwd: root,
      environment: ENVIRONMENT,
      purpose: 'run',
    });
  }

  test('give what the same flags give', async () => {
    const inputs = {
      'working-directory': 'ws',
      run: 'npm test',
      allow: 'node\n\n  api.example.com\n',
      memory: '1g',
      keep: 'true',
      env: 'API_KEY\nA=b',
    };
    const flags = [
      '-w',
      'ws',
      '--allow',
      'node',
      '--allow',
      'api.example.com',
      '--memory',
      '1g',
      '--keep',
      '--env',
      'API_KEY',
      '--env',
      'A=b',
    ];
    const spec = await run([...flags, '--', 'npm', 'test'], { cwd: root });
    // What differs is how messages call a rule.
    const allowPlaces = ['input allow', 'input allow'];
    expect(await fromInputs(inputs)).toEqual({ ...spec, network: { ...spec.network, allowPlaces } });
  });

  test('that are empty are not given', async () => {
    const spec = await fromInputs({
      workspace: 'ws',
      run: 'x',
      memory: '',
      allow: ' \n',
      agent: '',
      prompt: '',
      keep: '',
    });
    expect(spec).toEqual(await run(['-w', 'ws', '--', 'x'], { cwd: root }));
  });

  test('are named in messages as inputs', async () => {
    const result = fromInputs({ workspace: 'ws', run: 'x', memory: '4x', keep: 'yes' });
    const { message } = await failure(result);
    expect(message).toContain('input memory: found "4x", allowed: a size');
    expect(message).toContain('input keep: found "yes", allowed: true or false');
  });
});

test('the patch policy of a checkout comes from its configuration', async () => {
  writeFileSync(join(workspace, 'cagent.yml'), 'version: 1\npatch: {max-files: 5}');
  const { flags } = parseArguments(['apply', 'run-dir', '-w', 'ws']) as {
    flags: Parameters<typeof resolvePatchPolicy>[0];
  };
  expect(await resolvePatchPolicy(flags, root)).toMatchObject({
    workspace,
    patch: { maxFiles: 5, maxKilobytes: 4096 },
  });
});
