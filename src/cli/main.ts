import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../core/clock.js';
import { asCagentError, renderError } from '../core/errors.js';
import { systemProcesses } from '../core/process.js';
import { withBaseDirectory } from '../engine/base-directory.js';
import { type ParsedArguments, parseArguments } from './arguments.js';
import type { CliContext, CommandContext } from './cli-context.js';
import { allowCommand } from './commands/allow.js';
import { applyCommand } from './commands/apply.js';
import { buildCommand } from './commands/build.js';
import { cleanCommand } from './commands/clean.js';
import { doctorCommand } from './commands/doctor.js';
import { initCommand } from './commands/init.js';
import { planCommand } from './commands/plan.js';
import { presetsCommand } from './commands/presets.js';
import { runCommand } from './commands/run.js';
import { shellCommand } from './commands/shell.js';

/** Exit code of cagent's own failures, as in docker. */
const OWN_FAILURE = 125;

/** The command line: parses, runs one command, and turns whatever it throws into one line and exit code 125. */
export async function main(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    return await dispatch(argv, context);
  } catch (thrown) {
    context.stderr.write(`${renderError(asCagentError(thrown))}\n`);
    return OWN_FAILURE;
  }
}

async function dispatch(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(argv);
  const { environment } = context;
  const now = systemClock.now();
  return withBaseDirectory({ processes: systemProcesses, environment, now }, (openBase) =>
    perform(parsed, { ...context, openBase }),
  );
}

async function perform(parsed: ParsedArguments, context: CommandContext): Promise<number> {
  switch (parsed.command) {
    case 'help':
      context.stdout.write(parsed.text.endsWith('\n') ? parsed.text : `${parsed.text}\n`);
      return 0;
    case 'version':
      context.stdout.write(`${versionOf(context.installation)}\n`);
      return 0;
    case 'run':
      return runCommand(parsed, context);
    case 'plan':
      return planCommand(parsed, context);
    case 'shell':
      return shellCommand(parsed, context);
    case 'build':
      return buildCommand(parsed, context);
    case 'apply':
      return applyCommand(parsed, context);
    case 'allow':
      return allowCommand(parsed, context);
    case 'init':
      return initCommand(parsed, context);
    case 'presets':
      return presetsCommand(parsed, context);
    case 'doctor':
      return doctorCommand(parsed, context);
    case 'clean':
      return cleanCommand(context);
  }
}

function versionOf(installation: string): string {
  return (JSON.parse(readFileSync(join(installation, 'package.json'), 'utf8')) as { version: string })
    .version;
}
