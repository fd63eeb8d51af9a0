import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CaptureInput, captureOverlay } from '../../../src/changes/capture-overlay.js';
import type { Changes } from '../../../src/changes/changes.js';
import { wouldHideBy } from '../../../src/changes/would-hide.js';
import { readEnvironment } from '../../../src/core/environment.js';
import { loadIgnoreRules } from '../../../src/workspace/ignore-rules.js';
import { bash, captureDefaults, makePlace } from './run-files.js';

// Upper directories made by hand: a whiteout is `mknod c 0 0`, the mark of a directory that was made again an attribute.
const OPAQUE = (path: string): string =>
  `python3 -c 'import os,sys; os.setxattr(sys.argv[1], "user.overlay.opaque", b"y")' ${path}`;

let place: Awaited<ReturnType<typeof makePlace>>;
beforeEach(async () => {
  place = await makePlace();
});
// Not by Node: it cannot remove paths that are too long to open.
afterEach(() => bash('/tmp', `rm -rf ${place.base}`));

async function capture(workspace: string, upper: string, more: Partial<CaptureInput> = {}): Promise<Changes> {
  await bash(place.root, workspace);
  await bash(place.upper, upper);
  return await captureOverlay({ ...captureDefaults(place), upper: place.upper, ...more });
}

const paths = (changes: Changes): string[] => changes.files.map((file) => file.path);
const rejected = (changes: Changes): string[] => changes.rejected.map((entry) => entry.path);

test('a workspace without git is captured too, with nothing ignored', async () => {
  const changes = await capture(
    'echo "*" > .gitignore; echo a > a; mkdir d; echo b > d/b',
    'mknod d c 0 0; echo a2 > a; echo n > n',
  );
  expect(changes.files).toEqual([
    { path: 'a', status: 'modified', oldMode: '100644', newMode: '100644', added: 1, deleted: 1 },
    { path: 'd/b', status: 'deleted', oldMode: '100644', added: 0, deleted: 1 },
    { path: 'n', status: 'added', newMode: '100644', added: 1, deleted: 0 },
  ]);
  expect(changes).toMatchObject({ added: 2, deleted: 2, source: 'overlay' });
});

test('a directory with the overlay mark covers the original, one with a forged mark does not', async () => {
  const forged = `python3 -c 'import os; os.setxattr("e", "user.overlay.overlay.opaque", b"y"); os.setxattr("e", "user.overlay.opaque", b"x")'`;
  const changes = await capture(
    'mkdir -p d/s e; echo 1 > d/1; echo 2 > d/s/2; echo 3 > e/3',
    `mkdir -p d/s e; ${OPAQUE('d')}; echo new > d/s/new; ${forged}`,
  );
  expect(changes.files.map((file) => [file.path, file.status])).toEqual([
    ['d/1', 'deleted'],
    ['d/s/2', 'deleted'],
    ['d/s/new', 'added'],
  ]);
});

test('a directory below a link of the original is new, whatever the link led to', async () => {
  await bash(place.base, 'mkdir outside; echo CANARY > outside/x');
  const changes = await capture(`ln -s ${place.base}/outside d`, 'mkdir d; echo CANARY2 > d/x');
  expect(changes.files.map((file) => [file.path, file.status])).toEqual([
    ['d', 'deleted'],
    ['d/x', 'added'],
  ]);
  expect(await readFile(`${place.run}/changes.patch`, 'utf8')).not.toContain('CANARY\n');
});

test('a file that replaces a directory of which a part must stay is rejected as a whole', async () => {
  const limits = { maxFiles: 100, maxEntries: 1000, maxFileBytes: 1000, maxTotalBytes: 1e6 };
  const changes = await capture(
    'mkdir d; echo a > d/a; head -c 2000 /dev/zero > d/big',
    'echo file > d; echo ok > ok',
    { limits },
  );
  expect(paths(changes)).toEqual(['ok']);
  expect(rejected(changes)).toEqual(['d', 'd/big']);
});

test('contents beyond the limit together end the patch, and the list says so', async () => {
  const limits = { maxFiles: 100, maxEntries: 1000, maxFileBytes: 1000, maxTotalBytes: 2500 };
  const changes = await capture('true', 'for i in 1 2 3 4; do head -c 900 /dev/urandom > f$i; done', {
    limits,
  });
  expect(paths(changes)).toEqual(['f1', 'f2']);
  expect(changes.rejected[0]?.reason).toContain('the patch holds only the first 2 changes');
});

test('a name that the ignore rules would have hidden is rejected', async () => {
  const wouldHide = (path: string): string | undefined =>
    path.endsWith('.pem') ? '.agentignore:1 *.pem' : undefined;
  const changes = await capture('true', 'mkdir k; echo x > k/new.pem; echo y > k/y', { wouldHide });
  expect(changes.rejected).toEqual([
    { path: 'k/new.pem', reason: 'a path in a hidden place (.agentignore:1 *.pem)' },
  ]);
  expect(paths(changes)).toEqual(['k/y']);
});

test('new files with the names of hidden ones are judged by the ignore rules of the original', async () => {
  await bash(
    place.root,
    "mkdir sub; printf '*.key\\n' > .agentignore; printf '!ok.key\\nprivate/\\n' > sub/.agentignore",
  );
  const rules = loadIgnoreRules({ root: place.root, ignoreFile: '.agentignore', patterns: [] });
  const upper =
    "mkdir -p sub/private new; for f in a.key sub/b.key sub/ok.key sub/private/x new/c.key new/.env new/fine .env.example; do echo x > $f; done; echo '!*' > .agentignore";
  const changes = await capture('true', upper, { wouldHide: wouldHideBy(place.root, rules) });
  expect(paths(changes)).toEqual(['.agentignore', '.env.example', 'new/fine', 'sub/ok.key']);
  expect(rejected(changes)).toEqual(['a.key', 'new/.env', 'new/c.key', 'sub/b.key', 'sub/private']);
  expect(changes.sensitive.map((entry) => entry.path)).toContain('.agentignore');
});

test('rules that look into a file judge what the agent put there, and deletions not at all', async () => {
  const certificate = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n';
  await bash(place.root, `printf -- '${certificate}' > old.pem; echo save-exact=true > .npmrc`);
  const rules = loadIgnoreRules({ root: place.root, ignoreFile: '.agentignore', patterns: [] });
  const changes = await capture(
    'true',
    `printf -- '${certificate.replaceAll('CERTIFICATE', 'PUBLIC KEY').replace('MIIB', 'other')}' > new.pem; echo secret > odd.pem; echo '{}' > keyboard.json; ln -s keyboard.json link.pem
     mkdir x; echo '//registry.example.com/:_authToken=0123456789' > x/.npmrc; mknod old.pem c 0 0; echo y > .npmrc`,
    { wouldHide: wouldHideBy(place.root, rules) },
  );
  expect(paths(changes)).toEqual(['.npmrc', 'keyboard.json', 'link.pem', 'new.pem', 'old.pem']);
  expect(rejected(changes)).toEqual(['odd.pem', 'x/.npmrc']);
});

test('an ignore file can be changed and deleted also where its own rules hide everything', async () => {
  await bash(place.root, "mkdir a; echo '*' > .agentignore; echo '*' > .agentsignore");
  const rules = loadIgnoreRules({ root: place.root, ignoreFile: '.agentignore', patterns: [] });
  const changes = await capture(
    'true',
    "echo '!*' > .agentignore; mknod .agentsignore c 0 0; echo x > other",
    {
      wouldHide: wouldHideBy(place.root, rules),
    },
  );
  expect(paths(changes)).toEqual(['.agentignore', '.agentsignore']);
  expect(changes.sensitive.map((entry) => entry.path)).toEqual(['.agentignore', '.agentsignore']);
  expect(rejected(changes)).toEqual(['other']);
});

test('a patch holds line ends as git keeps them, so that it applies to a clean checkout and gives the tree of git add', async () => {
  const baseCommit = await bash(
    place.root,
    `git init -q; printf '*.txt text eol=crlf\\n*.auto text=auto eol=crlf\\n*.bin -text\\n' > .gitattributes
     for f in a.txt gone.txt b.auto plain c.bin moved.txt; do printf '1 %s\\r\\n2\\r\\n3\\r\\n4\\r\\n' $f > $f; done
     git add -A; git commit -qm base; git rev-parse HEAD`,
  );
  const edit = (remove: string): string =>
    `for f in a.txt b.auto plain c.bin; do printf '1 %s\\r\\n2\\r\\nthree\\r\\n4\\r\\n' $f > $f; done
     for f in new.txt new.auto new.plain; do printf 'x\\r\\ny\\r\\n' > $f; done; printf 'x\\r\\n\\0' > zero.auto
     cp ../w/moved.txt to.txt; ${remove} moved.txt; ${remove} gone.txt`;
  await bash(place.base, `git clone -q w reference; cd reference; ${edit('rm -f')}; git add -A`);
  const changes = await capture('true', edit('f() { mknod $1 c 0 0; }; f'), {
    baseCommit: baseCommit.trim(),
  });
  expect(changes.rejected).toEqual([]);
  expect(changes.files.find(({ path }) => path === 'a.txt')).toMatchObject({ added: 1, deleted: 1 });
  const tree =
    'git apply --index ../run/changes.patch; git write-tree; git status --porcelain | grep -v "^[AMDR]  " || true';
  expect(await bash(place.base, `git clone -q w clone; cd clone; ${tree}`)).toBe(
    await bash(place.base, 'cd reference; git write-tree'),
  );
});

test('an owner without root rights reads what the agent locked, and the modes come back', async () => {
  const isRoot = process.geteuid?.() === 0;
  const own = isRoot ? 'chown -R 65534:65534 .' : 'true';
  await bash(place.base, `${own}; chmod 755 .`);
  await bash(place.root, `mkdir d; echo a > d/a; ${own}`);
  await bash(
    place.upper,
    `mkdir -p d cave/in; echo b > d/b; echo c > cave/in/c; echo l > locked; ${own}; chmod 000 cave/in; chmod 111 cave; chmod 000 locked d`,
  );
  if (isRoot) {
    process.setegid?.(65534);
    process.seteuid?.(65534);
  }
  try {
    // The runner's own directory may be closed to others.
    const env = { ...readEnvironment(), RUNNER_TEMP: place.base };
    const changes = await captureOverlay({ ...captureDefaults(place), upper: place.upper, env });
    expect(changes.rejected).toEqual([]);
    expect(paths(changes)).toEqual(['cave/in/c', 'd/b', 'locked']);
  } finally {
    if (isRoot) {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
  }
  expect(await bash(place.upper, 'stat -c "%a %n" cave cave/in locked d')).toBe(
    '111 cave\n0 cave/in\n0 locked\n0 d\n',
  );
  await bash(place.base, 'chmod -R u+rwx .');
});

test('a path too long to open is listed and the rest is captured', async () => {
  const deep = `python3 - <<'P'\nimport os\nfor i in range(30):\n  os.mkdir('d'*200); os.chdir('d'*200)\nopen('f','w').close()\nP`;
  const changes = await capture('true', `echo ok > ok; ${deep}`);
  expect(paths(changes)).toEqual(['ok']);
  expect(changes.rejected[0]?.reason).toContain('ENAMETOOLONG');
});

test('the same upper directory always gives the same patch', async () => {
  const first = await capture('echo a > a', 'for i in 3 1 2; do echo $i > f$i; done; ln -s a l; mkfifo p');
  const patch = await readFile(`${place.run}/changes.patch`);
  expect(await captureOverlay({ ...captureDefaults(place), upper: place.upper })).toEqual(first);
  expect(await readFile(`${place.run}/changes.patch`)).toEqual(patch);
});

test('git configuration of the user and of the machine has no say in the patch', async () => {
  await bash(
    place.base,
    `mkdir home; printf '[diff]\\nnoprefix=true\\nexternal=touch ${place.base}/canary\\n[core]\\nattributesFile=${place.base}/attr\\nautocrlf=true\\n' > home/.gitconfig; echo '* -diff' > attr`,
  );
  await bash(place.root, 'echo a > a');
  await bash(place.upper, "printf 'b\\r\\n' > a");
  await captureOverlay({
    ...captureDefaults(place),
    upper: place.upper,
    env: {
      PATH: process.env.PATH,
      HOME: `${place.base}/home`,
      GIT_EXTERNAL_DIFF: 'false',
      GIT_DIR: '/nonexistent',
    },
  });
  expect(await readFile(`${place.run}/changes.patch`, 'utf8')).toContain(
    '--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\r\n',
  );
});

test('what a capture returns has the form of the published schema', async () => {
  const changes = await capture(
    'echo a > a; echo same > r; head -c 9 /dev/zero > bin; echo t > t; echo m > m',
    "mknod r c 0 0; echo same > r2; head -c 8 /dev/zero > bin; ln -s a t; echo m > m; chmod +x m; mkfifo p; echo > Makefile; printf x > $'\\xff'",
  );
  const schema = JSON.parse(
    await readFile(new URL('../../../docs/schemas/cagent.changes.schema.json', import.meta.url), 'utf8'),
  );
  const validate = new Ajv2020({ strict: true }).compile(schema);
  expect(validate(JSON.parse(JSON.stringify(changes)))).toBe(true);
  expect(changes.files.map((file) => file.status).sort()).toEqual([
    'added',
    'added',
    'mode-changed',
    'modified',
    'renamed',
    'type-changed',
  ]);
});
