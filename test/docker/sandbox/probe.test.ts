import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../src/core/environment.js';
import { systemProcesses } from '../../../src/core/process.js';
import { createRunId } from '../../../src/core/run-id.js';
import { createVolumeArgs } from '../../../src/docker/argv.js';
import { createDocker } from '../../../src/docker/client.js';
import { planImages } from '../../../src/image/plan-images.js';
import { resolveImages } from '../../../src/image/resolve-images.js';
import { probeHidden } from '../../../src/sandbox/link-session.js';
import { findObjects, removeObjects } from '../../../src/sandbox/remove.js';
import type { SandboxPlan } from '../../../src/sandbox/sandbox-plan.js';
import { runSpec, sandboxPlan } from '../../unit/sandbox/spec-fixture.js';

const docker = createDocker(systemProcesses, readEnvironment());
const runId = createRunId(new Date());
const directory = mkdtempSync(join(tmpdir(), 'cagent-probe-'));
let plan: SandboxPlan;

beforeAll(async () => {
  const images = planImages({ kind: 'default' }, process.cwd());
  await resolveImages(images, docker, { hostRoots: undefined, onSlow: () => {} });
  for (const layer of ['top', 'workspace/closed']) mkdirSync(join(directory, layer), { recursive: true });
  writeFileSync(join(directory, 'workspace', 'visible.txt'), 'seen');
  writeFileSync(join(directory, 'workspace', 'odd \n name'), 'seen');
  symlinkSync('/nowhere', join(directory, 'workspace', 'dangling'));
  plan = sandboxPlan(
    runSpec({ workspace: join(directory, 'workspace') }),
    { runId, gatewayImage: images.gateway.reference },
    `lowerdir=${directory}/top:${directory}/workspace,nosuid,nodev`,
  );
  await docker.run(createVolumeArgs(plan.volume));
});

afterAll(async () => {
  await removeObjects(docker, await findObjects(docker, { runId }));
  rmSync(directory, { recursive: true, force: true });
});

describe('the probe before the agent', () => {
  it('lets the run go on when every hidden path is absent', async () => {
    await expect(
      probeHidden(docker, plan.containers.probe, ['.env', 'visible.txt/below', 'no/such/dir']),
    ).resolves.toBeUndefined();
  });

  it.each([
    ['a file', 'visible.txt', 'visible.txt'],
    ['a directory', 'closed', 'closed'],
    ['a link that leads nowhere', 'dangling', 'dangling'],
    ['a name with a line break', 'odd \n name', 'odd \\n name'],
  ])('stops the run when %s that should be hidden is still there', async (_kind, path, shown) => {
    const probing = probeHidden(docker, plan.containers.probe, ['absent', path]);

    await expect(probing).rejects.toMatchObject({
      code: 'workspace.exposed',
      message: expect.stringContaining(shown),
    });
  });
});
