import { describe, expect, it, vi } from 'vitest';
import { runApply } from '../../../src/action/run-apply.js';

async function stepOf(environment: Readonly<Record<string, string>>): Promise<string> {
  vi.stubEnv('GITHUB_OUTPUT', '');
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(await runApply(environment)).toBe(1);
    return write.mock.calls.join('');
  } finally {
    write.mockRestore();
    vi.unstubAllEnvs();
  }
}

describe('the step of apply', () => {
  it('says in one error what is wrong, also where the runner has no room for its files', async () => {
    expect(await stepOf({ RUNNER_TEMP: '/proc/none' })).toMatch(/::error title=cagent apply::.*ENOENT/);
  });

  it('says when nothing ties the artifact to the job of the agent, such as a misspelt output', async () => {
    const inputs = { INPUT_ARTIFACT: 'refactor', GITHUB_REPOSITORY: 'acme/widget' };
    const untied = '::warning title=cagent apply::input patch-sha256: empty';
    expect(await stepOf({ ...inputs, 'INPUT_PATCH-SHA256': '' })).toContain(untied);
    expect(await stepOf({ ...inputs, 'INPUT_PATCH-SHA256': 'a'.repeat(64) })).not.toContain('::warning');
  });
});
