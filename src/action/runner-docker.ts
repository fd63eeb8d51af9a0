import { getExecOutput } from '@actions/exec';
import type { Environment } from '../core/environment.js';
import { type Docker, dockerError } from '../docker/client.js';

/** The docker calls of the action itself, outside of a run: the runner's log shows each of them as a command. */
export function runnerDocker(environment: Environment): Pick<Docker, 'try' | 'run'> {
  const env = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  async function tryCall(args: readonly string[]) {
    const output = await getExecOutput('docker', [...args], { env, ignoreReturnCode: true, silent: true });
    return {
      exitCode: output.exitCode,
      signal: null,
      stdout: Buffer.from(output.stdout),
      stderr: Buffer.from(output.stderr),
    };
  }
  return {
    try: tryCall,
    async run(args) {
      const result = await tryCall(args);
      if (result.exitCode !== 0) throw dockerError(args, result.stderr.toString('utf8'), result.exitCode);
      return result.stdout.toString('utf8').trimEnd();
    },
  };
}
