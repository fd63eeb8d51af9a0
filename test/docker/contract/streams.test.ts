import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  leftOf,
  makeWorkspace,
  OFFLINE,
  REPOSITORY,
  type RunResult,
  runIdIn,
  type Workspace,
} from '../../fixtures/cli.js';

let workspace: Workspace;
beforeAll(() => {
  workspace = makeWorkspace({ 'a.txt': 'a\n' });
});
afterAll(() => workspace.remove());

describe('standard input', () => {
  it('is passed through byte for byte, to its end', async () => {
    const input = Buffer.concat([randomBytes(3_000_000), Buffer.from([0, 255, 10, 13, 4, 26])]);
    const { stdout, exitCode } = await workspace.run(OFFLINE, ['cat'], { input });
    expect(exitCode).toBe(0);
    expect(stdout.equals(input)).toBe(true);
  });
  it('that is empty ends at once', async () => {
    expect((await workspace.run(OFFLINE, ['wc', '-c'])).stdout.toString().trim()).toBe('0');
  });
  it('that the agent does not read does not hold the run', async () => {
    const result = await workspace.run(OFFLINE, ['true'], { input: randomBytes(2_000_000) });
    expect(result.exitCode, result.stderr).toBe(0);
  });
  it('comes live: an answer to a question can depend on it', async () => {
    const program = spawn(process.execPath, [
      join(REPOSITORY, 'dist/cli/index.js'),
      'run',
      '-w',
      workspace.directory,
      '-o',
      workspace.out,
      ...OFFLINE,
      '--',
      'bash',
      '-c',
      'echo name?; read n; echo "hello $n"; read m; echo "bye $m"',
    ]);
    let output = '';
    program.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output === 'name?\n') program.stdin.write('one\n');
      if (output === 'name?\nhello one\n') program.stdin.write('two\n');
    });
    const code = await new Promise((done) => program.once('close', done));
    expect(code).toBe(0);
    expect(output).toBe('name?\nhello one\nbye two\n');
  });
});

describe('standard output and error', () => {
  let result: RunResult;
  beforeAll(async () => {
    result = await workspace.run(OFFLINE, [
      'bash',
      '-c',
      String.raw`printf 'bin\000\377\033[31mred\r\n'; echo err >&2; printf '%s' 'no end'; printf 'no end either' >&2`,
    ]);
  });
  it('come out as they are', () =>
    expect(result.stdout.toString('latin1')).toBe('bin\0\u00ff\u001b[31mred\r\nno end'));
  it("cagent's own words are on standard error", () => {
    expect(result.stderr).toContain('err\n');
    expect(result.stderr).toContain('no end either');
    expect(result.stderr).toContain(result.out);
  });
  it('an unterminated line of the agent does not run into those of cagent', () => {
    expect(result.stderr).toMatch(/no end either\n/);
  });
  it('agent.log has both', () => {
    expect(result.read('agent.log')).toContain('err');
    expect(result.read('agent.log')).toContain('no end');
  });
  it('the order of one stream is kept', async () => {
    const many = await workspace.run(OFFLINE, [
      'bash',
      '-c',
      'for i in $(seq 3000); do echo "o$i"; echo "e$i" >&2; done',
    ]);
    expect(many.stdout.toString()).toBe(Array.from({ length: 3000 }, (_, i) => `o${i + 1}\n`).join(''));
    expect(many.stderr.split('\n').filter((line) => /^e\d+$/.test(line))).toHaveLength(3000);
    expect(
      many
        .read('agent.log')
        .split('\n')
        .filter((line) => /^[oe]\d+$/.test(line)),
    ).toHaveLength(6000);
  });
  it('100 MB come out complete', async () => {
    const big = await workspace.run(OFFLINE, ['bash', '-c', 'yes 0123456789abcde | head -c 104857600']);
    expect(big.exitCode, big.stderr).toBe(0);
    expect(big.stdout.length).toBe(104_857_600);
    expect(big.stdout.subarray(-16).toString()).toBe('0123456789abcde\n');
  });
  it('a reader that goes away ends the run and leaves nothing', async () => {
    const running = workspace.start(OFFLINE, ['bash', '-c', 'while :; do echo line; done']);
    await new Promise<void>((done) => {
      const timer = setInterval(() => {
        if (running.stdout().length < 1000) return;
        clearInterval(timer);
        done();
      }, 20);
    });
    running.closeOutput();
    const ended = await running.ended;
    expect(ended.signal === 'SIGPIPE' || ended.exitCode === 141, `${ended.exitCode} ${ended.signal}`).toBe(
      true,
    );
    expect(leftOf(runIdIn(ended.stderr))).toEqual([]);
  });
});

describe('the working directory and the command', () => {
  it('is /workspace, and words are passed as they are', async () => {
    const words = ['a b', '', '$HOME', '*', '--json', '"', "'", 'Ü', 'new\nline', '-o', '--'];
    const { stdout } = await workspace.run(OFFLINE, ['sh', '-c', 'pwd; printf "<%s>" "$@"', 'sh', ...words]);
    expect(stdout.toString()).toBe(`/workspace\n${words.map((word) => `<${word}>`).join('')}`);
  });
});

describe('--json', () => {
  it('puts the report on standard output and nothing else there', async () => {
    const result = await workspace.run(
      [...OFFLINE, '--json'],
      ['sh', '-c', 'echo out; echo err >&2; exit 4'],
    );
    expect(result.exitCode).toBe(4);
    expect(JSON.parse(result.stdout.toString())).toEqual(result.report);
    expect(result.stderr).toMatch(/^out$/m);
    expect(result.stderr).toMatch(/^err$/m);
  });
  it('also for an error of cagent', async () => {
    const result = await workspace.run([...OFFLINE, '--json', '--image', 'localhost:9/no:image'], ['true']);
    expect(result.exitCode).toBe(125);
    expect(JSON.parse(result.stdout.toString())).toMatchObject({ conclusion: 'error', exitCode: 125 });
  });
});

describe('under GITHUB_ACTIONS', () => {
  let result: RunResult;
  beforeAll(async () => {
    result = await workspace.run(
      OFFLINE,
      ['sh', '-c', "echo '::set-output name=x::y'; echo '::error::forged' >&2; printf '::add-path::/evil'"],
      {
        env: { GITHUB_ACTIONS: 'true' },
      },
    );
  });
  it('the output is wrapped in ::stop-commands::', () => {
    const lines = result.stdout.toString().split('\n').filter(Boolean);
    const token = /^::stop-commands::(\S+)$/.exec(lines[0] ?? '')?.[1];
    expect(token).toMatch(/.{16}/);
    expect(lines.at(-1)).toBe(`::${token}::`);
    expect(lines.slice(1, -1)).toEqual(['::set-output name=x::y', '::add-path::/evil']);
  });
  it('so are errors, which a step may let through alone', () => {
    const token = /^::stop-commands::(\S+)$/m.exec(result.stdout.toString())?.[1];
    const [before, inside, after] = result.stderr.split(
      new RegExp(`::(?:stop-commands::)?${token}(?:::)?\n`),
    );
    expect(inside).toContain('::error::forged\n');
    expect(`${before}${after}`).not.toContain('::error::');
  });
  it('the token is new for each run', async () => {
    const other = await workspace.run(OFFLINE, ['true'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(other.stdout.toString().split('\n')[0]).not.toBe(result.stdout.toString().split('\n')[0]);
  });
});

describe('--env', () => {
  const SECRET = 's3cr3t/Value+with "quotes"&more';
  let result: RunResult;
  const encodings: Readonly<Record<string, string>> = {
    plain: SECRET,
    base64: Buffer.from(SECRET).toString('base64'),
    'base64 behind one byte': Buffer.from(`x${SECRET}`).toString('base64').slice(2),
    'base64 behind two bytes': Buffer.from(`xx${SECRET}`).toString('base64').slice(3),
    base64url: Buffer.from(SECRET).toString('base64url'),
    'URL encoded': encodeURIComponent(SECRET),
    'URL encoded as a path': encodeURIComponent(SECRET).replaceAll('%2F', '/'),
    hex: Buffer.from(SECRET).toString('hex'),
    JSON: JSON.stringify(SECRET).slice(1, -1),
  };

  beforeAll(async () => {
    const script = String.raw`
echo "$OPEN"; echo "$TAKEN"; echo "$TAKEN" >&2
for f in "$TAKEN" "x$TAKEN" "xx$TAKEN"; do printf '%s' "$f" | base64 -w0; echo; done
printf '%s' "$TAKEN" | base64 -w0 | tr '+/' '-_' ; echo
python3 -c 'import os,urllib.parse,json; s=os.environ["TAKEN"]; print(urllib.parse.quote(s, safe="")); print(urllib.parse.quote(s)); print(s.encode().hex()); print(json.dumps(s))'
printf '%.10s' "$TAKEN"; sleep 0.3; printf '%s\n' "$(printf '%s' "$TAKEN" | cut -c11-)"
echo "key=$TAKEN" > leaked.txt; echo "$TAKEN" > .agent-scratch/leaked.txt; mkdir "dir-$(printf '%s' "$TAKEN" | tr '/' '_')"
echo "empty=[$EMPTY] unset=[$NOT_GIVEN] eq=[$EQ]"
`;
    result = await workspace.bash(
      script,
      ['--env', 'TAKEN', '--env', 'OPEN=open-value', '--env', 'EMPTY=', '--env', 'EQ=a=b'],
      {
        env: { TAKEN: SECRET, NOT_GIVEN: 'must not come in' },
      },
    );
  });
  it('the run succeeds', () => expect(result.exitCode, result.stderr).toBe(0));
  it('NAME=VALUE comes in and is not masked', () =>
    expect(result.stdout.toString()).toContain('open-value\n'));
  it('an empty value and one with = come in; nothing else of the environment does', () => {
    expect(result.stdout.toString()).toContain('empty=[] unset=[] eq=[a=b]');
  });
  it('NAME is masked: the agent had it', () => expect(result.read('changes.patch')).toMatch(/\+key=\*+/));
  const outputs = [
    'stdout',
    'stderr',
    'report.json',
    'plan.json',
    'changes.json',
    'changes.patch',
    'agent.log',
    'summary.md',
    'report.html',
    'metrics.prom',
    'egress.jsonl',
    'scratch/leaked.txt',
  ];
  it.each(outputs)('%s holds it in no form', (name) => {
    const text =
      name === 'stdout' ? result.stdout.toString() : name === 'stderr' ? result.stderr : result.read(name);
    for (const [form, value] of Object.entries(encodings)) {
      expect(text.includes(value.replace(/=+$/, '')), `${form} in ${name}`).toBe(false);
    }
  });
  it('the report names the variable', () => expect(result.report.secretsPassed).toEqual(['TAKEN']));
  it('the plan names it without its value', () => {
    expect(result.plan.env).toEqual(expect.arrayContaining([{ name: 'TAKEN', secret: true }]));
  });
  it('is masked in what cagent itself says while it works', async () => {
    const value = 'quoted-in-a-name';
    const options = ['--env', 'QUOTED', '--image', `127.0.0.1:1/${value}`];
    const { exitCode, stderr } = await workspace.run(options, ['true'], { env: { QUOTED: value } });
    expect(exitCode).toBe(125);
    expect(stderr).toContain('Pulling the image 127.0.0.1:1/***.');
    expect(stderr).not.toContain(value);
  });
  it('is masked in the list of changed files at the end', async () => {
    const value = 'written-into-a-name';
    const { exitCode, stderr } = await workspace.bash('touch "log-$NAMED.txt"', ['--env', 'NAMED'], {
      env: { NAMED: value },
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('log-***.txt');
    expect(stderr).not.toContain(value);
  });
});

describe('the environment of the agent', () => {
  it('has nothing of the runner or of cagent', async () => {
    const result = await workspace.bash('env', [], {
      env: {
        GITHUB_TOKEN: 'gh-token',
        ACTIONS_RUNTIME_TOKEN: 'rt',
        ACTIONS_ID_TOKEN_REQUEST_URL: 'u',
        GITHUB_ENV: '/x',
        ANTHROPIC_API_KEY: 'sk-x',
        DOCKER_CONFIG: '/tmp/none',
      },
    });
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout.toString()).not.toMatch(/GITHUB_|ACTIONS_|ANTHROPIC_API_KEY|DOCKER_|gh-token|sk-x/);
  });
});
