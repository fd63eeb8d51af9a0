import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrivateDirectory } from '../../../src/engine/private-directory.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cagent-private-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the private directory of a run', () => {
  it('is open to its owner alone', () => {
    createPrivateDirectory(join(directory, 'run'), 'owner');

    expect(statSync(join(directory, 'run')).mode & 0o777).toBe(0o700);
  });

  it.each(['gone/run', '.'])('that cannot be made (%s) is told, with what to do', (name) => {
    expect(() => createPrivateDirectory(join(directory, name), 'owner')).toThrow(
      expect.objectContaining({ code: 'workspace.view', hint: expect.stringContaining('TMPDIR') }),
    );
  });
});
