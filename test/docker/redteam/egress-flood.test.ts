import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace, type Workspace } from '../../fixtures/cli.js';

const FLOOD = `
import socket, os
for child in range(4):
  if os.fork() == 0:
    for at in range(600):
      try:
        s = socket.create_connection(('flood.test', 80))
        for _ in range(4): s.sendall(b'GET /%d-%d-%s HTTP/1.1\\r\\nHost: flood.test\\r\\n\\r\\n' % (child, at, b'p' * 58000))
        s.close()
      except OSError: pass
    os._exit(0)
for _ in range(4): os.wait()
`;

let workspace: Workspace;
beforeAll(() => {
  const rule = 'dest: http://flood.test/v1/, http: [{ methods: [GET], paths: [/v1/] }]';
  workspace = makeWorkspace({
    'flood.py': FLOOD,
    'cagent.yml': `version: 1\nnetwork: { allow: [{ ${rule} }] }\n`,
  });
});
afterAll(() => workspace.remove());

describe('a flood of requests with endless paths', () => {
  it('neither ends the gateway nor fills the disk, and is counted', async () => {
    const result = await workspace.run([], ['python3', 'flood.py']);

    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.report.notices.join('\n')).not.toContain('gateway ended');
    expect(result.report.egress.blocked).toBeGreaterThan(500);
    expect(statSync(join(workspace.out, 'egress.jsonl')).size).toBeLessThan(40e6);
  });
});
