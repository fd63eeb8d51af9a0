import { describe, expect, it, vi } from 'vitest';
import { runApply } from '../../../src/action/run-apply.js';

describe('the step of apply', () => {
  it('says in one error what is wrong, also where the runner has no room for its files', async () => {
    vi.stubEnv('GITHUB_OUTPUT', '');
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      expect(await runApply({ RUNNER_TEMP: '/proc/none' })).toBe(1);
      expect(write.mock.calls.join('')).toMatch(/::error title=cagent apply::.*ENOENT/);
    } finally {
      write.mockRestore();
      vi.unstubAllEnvs();
    }
  });
});
