import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorkspacePlan } from '../../../src/workspace/workspace-plan.js';
import { cleanUp, plan, repository, temporary, write } from './fixture.js';

afterEach(cleanUp);

function reasons(made: WorkspacePlan): Record<string, string> {
  return Object.fromEntries(made.hidden.map(({ path, reason }) => [path, reason]));
}

function tree(files: Record<string, string>): string {
  const root = temporary();
  write(root, files);
  return root;
}

describe('hidden paths', () => {
  it('are decided at once for hostile rules: no pattern of a pull request can hold up the plan', async () => {
    const stars = '*a'.repeat(24);
    const root = tree({
      '.agentignore': `${stars}b\n**/${stars}/${stars}b\n/${'**/'.repeat(30)}${stars}b/x\n[a]${'*[a]'.repeat(24)}b\n${'a/**/'.repeat(20)}x\n`,
      [`${'a'.repeat(250)}/${'a'.repeat(250)}/${'a'.repeat(250)}`]: '',
      [`${'a'.repeat(249)}b`]: '',
      [`${'a/'.repeat(120)}c`]: '',
    });
    // With backtracking this would not end in a lifetime.
    expect(reasons(await plan(root))).toEqual({
      [`${'a'.repeat(249)}b`]: `.agentignore:4 [a]${'*[a]'.repeat(24)}b`,
    });
  });

  it('name the file, the line and the pattern that hide them', async () => {
    const root = tree({
      '.agentignore': '# comment\n\n*.secret\n/top.txt\nprivate/\n',
      '.agentsignore': 'other.txt\n',
      'sub/.agentignore': 'deep.txt\n',
      'a.secret': '',
      'top.txt': '',
      'private/x/y': '',
      'other.txt': '',
      'sub/deep.txt': '',
      'sub/top.txt': '',
      'sub/b.secret': '',
      'deep.txt': '',
      'flag.log': '',
    });
    const made = await plan(root, { ignore: ['*.log'] });
    expect(reasons(made)).toEqual({
      'a.secret': '.agentignore:3 *.secret',
      'flag.log': '--ignore *.log',
      'other.txt': '.agentsignore:1 other.txt',
      private: '.agentignore:5 private/',
      'sub/b.secret': '.agentignore:3 *.secret',
      'sub/deep.txt': 'sub/.agentignore:1 deep.txt',
      'top.txt': '.agentignore:4 /top.txt',
    });
    expect(made.hidden.map((entry) => entry.path)).toEqual(made.hidden.map((entry) => entry.path).toSorted());
    expect(made.files).toBe(5);
  });

  it.each([
    '.env',
    '.env.local',
    '.env.production',
    'a/b/.env',
    'prod.env',
    '.envrc',
    'server.pem',
    'x.KEY',
    'id_rsa',
    'id_ed25519',
    'ID_RSA',
    'a.p12',
    'a.pfx',
    'a.jks',
    'a.keystore',
    '.pypirc',
    '.netrc',
    '.git-credentials',
    '.aws/credentials',
    'home/.docker/config.json',
    '.kube/config',
    'kubeconfig',
    '.config/gcloud/credentials.db',
    'terraform.tfstate',
    'a/prod.tfvars',
    '.ssh/config',
    '.gnupg/x',
    'application_default_credentials.json',
    'git-credentials-1a2b.config',
    '.vault-token',
    'gha-creds-0a1b.json',
    '.terraform/terraform.tfstate',
    'infra/terraform.tfstate.backup',
    '.env-production',
    '.env_local',
    '.env~',
    '.dev.vars',
    'kubeconfig.yaml',
    '.psql_history',
    'a.pkcs12',
  ])('include the credential file %s without any rule of the user', async (path) => {
    const made = await plan(tree({ [path]: 'x', 'ok.txt': '' }));
    expect(made.hidden).toHaveLength(1);
    expect(path.startsWith(made.hidden[0]?.path ?? '?')).toBe(true);
    expect(made.hidden[0]?.reason).toMatch(/^built-in: \w/);
  });

  it.each([
    '.env.example',
    '.env.sample',
    '.env.template',
    '.env.dist',
    '.env.local.example',
    'example.env',
    'id_rsa.pub',
    'keys.ts',
    '.env-example',
    '.dev.vars.example',
    'pkg/kubeconfig.go',
    'auth.json',
    'gradle.properties',
    'settings.xml',
    'environment.ts',
    'src/env.ts',
    'package.json',
    'tsconfig.key.ts',
    'credentials.json',
    'config.json',
    '.npmrc',
    'a.asc',
  ])('do not include %s', async (path) => {
    expect(reasons(await plan(tree({ [path]: 'registry=https://registry.example.com/\n' })))).toEqual({});
  });

  it('include .npmrc and key files only when they hold what their name suggests', async () => {
    const root = tree({
      'a/.npmrc': '//registry.example.com/:_authToken=0123456789',
      'b/.npmrc': '//registry.example.com/:_authToken=$NPM_TOKEN',
      'service-account.json': '{"type":"service_account","private_key":"x"}',
      'service-account.schema.json': '{"type":"object"}',
    });
    expect(Object.keys(reasons(await plan(root, { secrets: 'off' })))).toEqual([
      'a/.npmrc',
      'service-account.json',
    ]);
  });

  it.each([
    [
      'auth.json',
      '{"http-basic":{"repo.example.com":{"username":"u","password":"p"}}}',
      '{"route":"/login"}',
    ],
    ['settings.xml', '<server><password>p</password></server>', '<server><username>u</username></server>'],
    [
      'nuget.config',
      '<add key="ClearTextPassword" value="p" />',
      '<add key="ClearTextPassword" value="%P%" />',
    ],
    ['gradle.properties', 'signing.password=p\n', '# password=p\nsigning.password =\nkotlin.code.style=x\n'],
    [
      '.bundle/config',
      'BUNDLE_GEMS__EXAMPLE__COM: "u:p"\n',
      'BUNDLE_PATH: "vendor"\nBUNDLE_BUILD__X: "--y"\n',
    ],
    [
      'kubeconfig-user.ts',
      'users:\n- user:\n    password: t\n',
      'interface User {\n  token: string\n  password: Secret;\n}\nlogin({\n  token: user.token,\n});\n',
    ],
    ['admin-kubeconfig.conf', 'users:\n- user:\n    token: t\n', 'clusters: []\n'],
  ])('include %s only when a password is written in it', async (path, secret, harmless) => {
    expect(Object.keys(reasons(await plan(tree({ [path]: secret }), { secrets: 'off' })))).toEqual([path]);
    expect(reasons(await plan(tree({ [path]: harmless })))).toEqual({});
  });

  it('leave bundles of certificates visible, but no PEM file with anything else in it', async () => {
    const block = (label: string): string => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----\n`;
    const root = tree({
      'ca.pem': `# roots\n${block('CERTIFICATE')}${block('CERTIFICATE')}`,
      'both.pem': `${block('CERTIFICATE')}${block('RSA PRIVATE KEY')}`,
      'odd.pem': 'anything',
    });
    symlinkSync('ca.pem', join(root, 'current.pem'));
    expect(Object.keys(reasons(await plan(root)))).toEqual(['both.pem', 'odd.pem']);
  });

  it('can be shown on purpose, and a notice says by which rule', async () => {
    const root = tree({
      '.agentignore': '*.txt\n!keep.txt\n!.env.ci\n',
      '.env.ci': 'A=1',
      '.env': 'B=2',
      'keep.txt': '',
      'x.txt': '',
    });
    const made = await plan(root);
    expect(Object.keys(reasons(made))).toEqual(['.env', 'x.txt']);
    expect(made.notices).toEqual([
      '.env.ci is visible on purpose: .agentignore:3 !.env.ci re-includes it (environment file).',
    ]);
  });

  it('cannot be shown below a hidden directory', async () => {
    const root = tree({ '.agentignore': 'd/\n!d/x\n', 'd/x': '', 'd/.agentignore': '!x\n' });
    expect(reasons(await plan(root))).toEqual({ d: '.agentignore:1 d/' });
  });

  it('are matched with regard to case, as git does', async () => {
    expect(reasons(await plan(tree({ '.agentignore': '*.Foo\n', 'a.foo': '', 'b.Foo': '' })))).toEqual({
      'b.Foo': '.agentignore:1 *.Foo',
    });
  });

  it('include git data at any depth, and nested repositories and submodules are walked', async () => {
    const root = repository({ 'a.txt': '' });
    const inner = repository({ 'i.txt': '', 'deep/.env': 'x' });
    execFileSync(
      'git',
      ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'module'],
      { cwd: root },
    );
    write(root, { 'vendor/n/.git/config': 'token', 'vendor/n/secret.pem': '' });
    const made = await plan(root);
    expect(Object.keys(reasons(made))).toEqual([
      'module/.git',
      'module/deep/.env',
      'vendor/n/.git',
      'vendor/n/secret.pem',
    ]);
  });

  it('survive names with line breaks, quotes, colons and bytes that are no UTF-8', async () => {
    const root = tree({ '.agentignore': '*.s\n', 'a\nb.s': '', 'q"\'.s': '', 'c:d,e\\f.s': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff]), Buffer.from('.s')]), '');
    const made = await plan(root);
    expect(made.hidden.map((entry) => entry.path).toSorted()).toEqual(
      ['a\nb.s', 'bad\udcff.s', 'c:d,e\\f.s', 'q"\'.s'].toSorted(),
    );
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it('take a link for a file: it is not followed, and its target is judged by itself', async () => {
    const root = tree({ '.agentignore': 'dir/\nlinked\n', 'target/x': '' });
    symlinkSync('target', join(root, 'dir'));
    symlinkSync('/etc', join(root, 'linked'));
    symlinkSync('.', join(root, 'loop'));
    const made = await plan(root);
    expect(reasons(made)).toEqual({ linked: '.agentignore:2 linked' });
    expect(made.files).toBe(4);
  });

  it('include other names of files below a hidden directory, but not of git data', async () => {
    const root = tree({ '.agentignore': 'private/\n', 'private/a/b.txt': 'x', '.git/objects/aa/bb': 'y' });
    linkSync(join(root, 'private/a/b.txt'), join(root, 'copy.txt'));
    linkSync(join(root, '.git/objects/aa/bb'), join(root, 'object.txt'));
    expect(reasons(await plan(root))).toMatchObject({
      'copy.txt': 'hard link of the hidden private/a/b.txt',
    });
    expect(Object.keys(reasons(await plan(root)))).not.toContain('object.txt');
  });

  it('include other names of a hidden file', async () => {
    const root = tree({ '.env': 'x', 'plain.txt': '' });
    linkSync(join(root, '.env'), join(root, 'copy.txt'));
    expect(reasons(await plan(root))).toMatchObject({ 'copy.txt': 'hard link of the hidden .env' });
  });

  it('include the run directory, also before it exists, and an .agent-scratch is replaced', async () => {
    const root = tree({ 'out/run/report.json': '', 'a.txt': '', '.agent-scratch/old': '' });
    expect(reasons(await plan(root, {}, join(root, 'out/run')))).toEqual({
      'out/run': 'built-in: the run directory',
    });
    expect(reasons(await plan(root, {}, join(root, 'out/later')))).toEqual({
      'out/later': 'built-in: the run directory',
    });
    const made = await plan(root, {}, '/elsewhere');
    expect(made.hidden).toEqual([]);
    expect(made.files).toBe(2);
    expect(made.notices.join()).toContain('.agent-scratch');
    await expect(plan(root, {}, root)).rejects.toMatchObject({ code: 'config.out' });
  });

  it('include what the secret scan finds, only with secrets: hide; findings never hold a value', async () => {
    const key = `AKIA${'QWERTYUIOPASDFGH'}`;
    const root = tree({ 'src/a.ts': `\nconst k = '${key}';\n`, 'b.ts': 'fine' });
    const made = await plan(root);
    expect(reasons(made)).toEqual({ 'src/a.ts': 'secret scan: aws-access-key' });
    expect(made.findings).toEqual([{ path: 'src/a.ts', line: 2, rule: 'aws-access-key' }]);
    expect(made.files).toBe(1);
    expect(JSON.stringify(made)).not.toContain(key);
    const warned = await plan(root, { secrets: 'warn' });
    expect(warned.hidden).toEqual([]);
    expect(warned.findings).toHaveLength(1);
    expect((await plan(root, { secrets: 'off' })).findings).toEqual([]);
    const checkout = tree({
      'copy.ini': `extraheader = AUTHORIZATION: basic ${'eC1hY2Nlc3MtdG9rZW46'.repeat(2)}`,
    });
    const token = await plan(checkout, { secrets: 'warn' });
    expect(reasons(token)).toEqual({ 'copy.ini': 'secret scan: git-http-header' });
    expect(token.notices).toEqual([]);
    write(root, { '.cagent-secrets-allow': 'src/a.ts:aws-access-key\n' });
    expect((await plan(root)).hidden).toEqual([]);
  });

  it('fail closed: unreadable ignore files, ignore files that lead out, and missing named ones stop the plan', async () => {
    const outside = tree({ rules: '*.txt' });
    const root = tree({ 'a.txt': '' });
    symlinkSync(join(outside, 'rules'), join(root, '.agentignore'));
    await expect(plan(root)).rejects.toMatchObject({ code: 'workspace.view' });
    await expect(plan(tree({}), { ignoreFile: 'rules.ignore' })).rejects.toMatchObject({
      code: 'config.invalid',
    });
    await expect(plan('/nonexistent/x')).rejects.toMatchObject({ code: 'config.workspace' });
    await expect(plan(join(root, 'a.txt'))).rejects.toMatchObject({ code: 'config.workspace' });
    const utf16 = tree({ 'a.txt': '', 'sub/.agentignore': '' });
    writeFileSync(join(utf16, 'sub/.agentignore'), '\ufeffa.txt\n', 'utf16le');
    await expect(plan(utf16)).rejects.toMatchObject({
      code: 'workspace.view',
      message: expect.stringContaining('sub/.agentignore cannot be used: it is UTF-16'),
    });
    const own = tree({ 'rules.ignore': '*.txt', 'a.txt': '' });
    expect(reasons(await plan(own, { ignoreFile: 'rules.ignore' }))).toEqual({
      'a.txt': 'rules.ignore:1 *.txt',
    });
  });

  it('never keep the rules themselves from the agent', async () => {
    const made = await plan(tree({ '.agentignore': '*\n', 'x/y': '', z: '' }));
    expect(Object.keys(reasons(made))).toEqual(['x', 'z']);
  });

  it('do not hang on a FIFO, and say that it is there', async () => {
    const root = tree({ 'a.txt': '' });
    execFileSync('mkfifo', [join(root, 'pipe'), join(root, '.env')]);
    const made = await plan(root);
    expect(Object.keys(reasons(made))).toEqual(['.env']);
    expect(made.notices.join()).toContain('pipe');
  });

  it('include directories that an ordinary user cannot list', async () => {
    const root = tree({ 'shut/x': '', 'a.txt': '' });
    chmodSync(join(root, 'shut'), 0);
    mkdirSync(join(root, 'open'));
    const made = await plan(root);
    // Root reads everything; the promise is for everybody else.
    if (process.getuid?.() !== 0) expect(reasons(made)).toEqual({ shut: 'unreadable directory: EACCES' });
    else expect(reasons(made)).toEqual({});
    chmodSync(join(root, 'shut'), 0o755);
  });
});
