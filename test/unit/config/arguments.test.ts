import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.js';
import { OPTION_NAMES, optionSpec } from '../../../src/config/options.js';
import { CagentError, renderError } from '../../../src/core/errors.js';

function values(argv: readonly string[]): unknown {
  const parsed = parseArguments(argv);
  return 'flags' in parsed ? parsed.flags.values : undefined;
}

function help(argv: readonly string[]): string {
  const parsed = parseArguments(argv);
  return parsed.command === 'help' ? parsed.text : '';
}

describe('a command line is taken apart', () => {
  test.each<[readonly string[], unknown]>([
    [['run', '--memory', '1g', '--', 'ls'], { memory: '1g' }],
    [['run', '--memory=1g', '--', 'ls'], { memory: '1g' }],
    [['run', '--memory=', '--', 'ls'], { memory: '' }],
    [['run', '-w', 'a', '-c', 'b', '-o', 'c'], { workspace: 'a', config: 'b', out: 'c' }],
    [['run', '-wa'], { workspace: 'a' }],
    [['run', '--allow', 'a', '--allow=b', '--allow', '*.c'], { allow: ['a', 'b', '*.c'] }],
    [['run', '--env', 'A=b=c', '--env', 'D'], { env: ['A=b=c', 'D'] }],
    [['run', '--memory', '1g', '--memory', '2g'], { memory: '2g' }],
    [['run', '--prompt', '- tidy up'], { prompt: '- tidy up' }],
    [['run', '--prompt=--json'], { prompt: '--json' }],
    [['run', '--agent-args', '--max-turns 5'], { 'agent-args': ['--max-turns 5'] }],
    [['run', '--keep', '--json'], { keep: true, json: true }],
    [['plan', '--json', '--', 'ls'], { json: true }],
    [['build', '--image', 'x', '-w', 'y'], { image: 'x', workspace: 'y' }],
    [['build', 'claude'], { agent: 'claude' }],
    [['build', '--agent', 'claude', 'claude'], { agent: 'claude' }],
    [
      ['build', '--no-cache', '--dry-run', '--push', 'r/x:1'],
      { 'no-cache': true, 'dry-run': true, push: 'r/x:1' },
    ],
    [['shell', '--agent', 'claude', '--keep'], { agent: 'claude', keep: true }],
    [['apply', '-w', 'x', 'dir'], { workspace: 'x' }],
    [['apply', 'dir', '-w', 'x'], { workspace: 'x' }],
    [['run'], {}],
  ])('%j', (argv, expected) => {
    expect(values(argv)).toEqual(expected);
  });

  test('every option of the table that belongs there is known to run and plan', () => {
    for (const name of OPTION_NAMES) {
      const { onCommandLine, type } = optionSpec(name);
      const words = type.kind === 'switch' ? [`--${name}`] : [`--${name}`, 'v'];
      const given = type.kind === 'switch' ? true : type.kind === 'list' ? ['v'] : 'v';
      for (const command of ['run', 'plan']) {
        if (onCommandLine) expect(values([command, ...words])).toEqual({ [name]: given });
        else expect(() => parseArguments([command, ...words])).toThrow(CagentError);
      }
    }
  });

  test('everything behind -- is the command, untouched', () => {
    const words = ['ls', '-la', '--json', '--', '--help', ''];
    expect(parseArguments(['run', '--', ...words])).toEqual({
      command: 'run',
      flags: { origin: 'option', values: {}, command: words },
      json: false,
    });
  });

  test.each<[readonly string[], unknown]>([
    [['doctor'], { command: 'doctor', json: false }],
    [['doctor', '--json'], { command: 'doctor', json: true }],
    [['presets'], { command: 'presets', name: undefined, json: false }],
    [['presets', 'node', '--json'], { command: 'presets', name: 'node', json: true }],
    [['clean'], { command: 'clean' }],
    [['--version'], { command: 'version' }],
    [['-V'], { command: 'version' }],
  ])('%j', (argv, expected) => {
    expect(parseArguments(argv)).toEqual(expected);
  });

  test('apply takes one run directory', () => {
    expect(parseArguments(['apply', 'dir', '--json'])).toMatchObject({
      command: 'apply',
      runDirectory: 'dir',
      json: true,
    });
  });
});

describe('a wrong command line fails with what was found and what is near', () => {
  test.each<[readonly string[], string]>([
    [
      ['rn'],
      'unknown command "rn", allowed: run, plan, shell, build, apply, allow, init, presets, doctor or clean, nearest: run',
    ],
    [['Run'], 'nearest: run'],
    [['help', 'rn'], 'unknown command "rn"'],
    [['--foo'], 'unknown option "--foo"'],
    [['run', '--memry', '3'], 'unknown option "--memry" of run, nearest: --memory'],
    [['run', '--mem', '3'], 'nearest: --memory'],
    [['run', '--memry=3'], 'unknown option "--memry" of run'],
    [['run', '--no-keep'], 'unknown option "--no-keep" of run, nearest: --keep'],
    [['run', '-x'], 'unknown option "-x" of run. See'],
    [['run', '-e', 'A=1'], 'unknown option "-e" of run, nearest: --env'],
    [['plan', '--patch-max-files', '3'], 'unknown option "--patch-max-files" of plan'],
    [['build', 'claude', 'codex'], 'build takes one agent, found also "codex"'],
    [['build', '--agent', 'codex', 'claude'], 'build takes one agent, found "codex" and "claude"'],
    [['build', '--cache'], 'unknown option "--cache" of build'],
    [['build', '--push'], '--push has no value, allowed: --push REF'],
    [['run', '--no-cache', '--', 'ls'], 'unknown option "--no-cache" of run'],
    [['shell', '--prompt', 'x'], 'unknown option "--prompt" of shell'],
    [['shell', '--json'], 'unknown option "--json" of shell, known to: run, plan'],
    [['shell', '--event', 'x'], 'unknown option "--event" of shell, known to: run, plan.'],
    [['shell', '--output-schema', 'x'], 'unknown option "--output-schema" of shell, known to: run, plan.'],
    [['shell', '--max-retries', '1'], 'unknown option "--max-retries" of shell, known to: run, plan.'],
    [['shell', '--retry-delay=1s'], 'unknown option "--retry-delay" of shell, known to: run, plan.'],
    [['shell', 'ls'], 'found "ls" after shell, which takes no arguments'],
    [['shell', '--', 'ls'], 'shell takes no command after --'],
    [['clean', '--json'], 'unknown option "--json" of clean'],
    [['run', '--keep=yes'], '--keep takes no value, found "--keep=yes"'],
    [['run', '--memory'], '--memory has no value, allowed: --memory SIZE'],
    [['run', '-w'], '--workspace has no value, allowed: --workspace DIR'],
    [['run', '--memory', '--', 'ls'], '--memory has no value'],
    [['run', '--out', '--json', '--', 'ls'], '--out has no value, allowed: --out DIR'],
    [['run', '--allow', 'a', '--allow', '--keep'], '--allow has no value'],
    [['--json', 'run'], '--json stands before the command, allowed: after it'],
    [['-w', 'x', 'run'], '-w stands before the command'],
    [
      ['run', 'ls', '-la'],
      'found "ls" after run, allowed: options, then -- and the command. Write cagent run [options] -- COMMAND ARG...',
    ],
    [['run', '--json', 'ls'], 'found "ls" after run'],
    [['run', 'ls', '--', 'pwd'], 'found "ls" after run'],
    [['run', '--'], 'there is no command after --'],
    [['--', 'ls'], '-- stands before a command'],
    [['apply'], 'apply needs a run directory'],
    [['apply', ''], 'apply needs a run directory'],
    [['apply', 'a', 'b'], 'apply takes one run directory, found also "b"'],
    [['apply', 'a', '--', 'b'], 'apply takes no command after --'],
    [['doctor', 'x'], 'found "x" after doctor, which takes no arguments'],
    [['presets', 'node', 'go'], 'presets takes one preset, found also "go"'],
    [['presets', '--', 'x'], 'presets takes no command after --'],
    [['clean', '--', 'x'], 'clean takes no command after --'],
  ])('%j', (argv, expected) => {
    let thrown: unknown;
    try {
      parseArguments(argv);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CagentError);
    expect((thrown as CagentError).code).toBe('cli.usage');
    expect(renderError(thrown as CagentError)).toContain(expected);
  });
});

describe('help', () => {
  test.each<[readonly string[], string]>([
    [[], 'Usage: cagent COMMAND [options]'],
    [['--help'], 'Usage: cagent COMMAND [options]'],
    [['-h'], 'Usage: cagent COMMAND [options]'],
    [['help'], 'Usage: cagent COMMAND [options]'],
    [['run', '--help'], 'Usage: cagent run [options] [-- COMMAND ARG...]'],
    [['run', '--json', '-h'], 'Usage: cagent run'],
    [['help', 'apply'], 'Usage: cagent apply [options] RUN_DIR'],
    [['doctor', '--help'], 'Usage: cagent doctor'],
  ])('%j', (argv, usage) => {
    expect(help(argv)).toContain(usage);
  });

  test('of the program names every command', () => {
    for (const command of ['run', 'plan', 'build', 'apply', 'presets', 'doctor', 'clean']) {
      expect(help([])).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
  });

  test('of run names every option with its placeholder and default', () => {
    const text = help(['run', '--help']).replace(/\s+/g, ' ');
    for (const name of OPTION_NAMES.filter((each) => optionSpec(each).onCommandLine)) {
      expect(text).toContain(`--${name} ${optionSpec(name).placeholder ?? ''}`.trim());
    }
    expect(text).toContain('Default: 30m.');
  });

  test('of a command line that runs --help inside is not asked for', () => {
    expect(parseArguments(['run', '--', 'ls', '--help']).command).toBe('run');
  });
});
