import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { cagent, dockerLines, type Workspace } from '../../fixtures/cli.js';
import { agentWorkspace, runAgent } from '../../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../../fixtures/model-server/model-server.js';

/** A known agent in an image of the user's own that has hardly more than the agent. */

const BUILD_MS = 600_000;
/** What the program of Claude Code is linked with. */
const LIBRARIES = ['librt.so.1', 'libc.so.6', 'libpthread.so.0', 'libdl.so.2', 'libm.so.6', 'libtinfo.so.6'];

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => {
  for (const image of dockerLines('image', 'ls', '--quiet', '--filter', 'label=cagent.test=bare-agent'))
    dockerLines('image', 'rm', '--force', image);
  workspace?.remove();
});

it(
  'claude works in an image without Node, git, curl and users: a shell and the program are enough',
  async () => {
    const built = await cagent(['build', 'claude']);
    const claude = built.stdout.toString('utf8').split(' ')[0] as string;
    const directory = '/lib/x86_64-linux-gnu/';
    const lines = [
      `FROM ${claude} AS from`,
      'FROM scratch',
      'LABEL cagent.test=bare-agent',
      'COPY --from=from /usr/lib64/ld-linux-x86-64.so.2 /lib64/',
      `COPY --from=from ${LIBRARIES.map((name) => directory + name).join(' ')} ${directory}`,
      'COPY --from=from /bin/bash /bin/bash',
      'COPY --from=from /bin/bash /bin/sh',
      'COPY --from=from /opt/agent/node_modules/@anthropic-ai/claude-code-linux-x64/claude /bin/claude',
      'ENV SHELL=/bin/bash',
    ];
    workspace = agentWorkspace({
      'cagent.yml': 'version: 1\nimage: { build: image }\n',
      'image/Dockerfile': `${lines.join('\n')}\n`,
    });
    await server.play();
    const run = await runAgent(workspace, server, 'claude');
    expect(run.report, run.stderr).toMatchObject({ conclusion: 'success', exitCode: 0 });
    expect(run.plan.image.sandbox.reference).toMatch(/^cagent-custom:/);
    expect(run.changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
    expect(run.egress.every(({ rule }) => rule === 'broker:anthropic')).toBe(true);
  },
  BUILD_MS,
);
