import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActRig, startActRig } from './rig/act.js';
import { outputOf, run } from './rig/program.js';
import { CHECKOUT, cagentStep } from './rig/steps.js';

let rig: ActRig;
let image: string;

beforeAll(async () => {
  rig = await startActRig();
  // Another content gives another tag, so the images of this machine are left alone; the layers are shared.
  appendFileSync(join(rig.action, 'docker/gateway/Dockerfile'), `\nLABEL e2e.image-cache="${process.pid}"\n`);
});
afterAll(async () => {
  if (image !== undefined) await run('docker', ['image', 'rm', '--force', image]);
  await rig.close();
});

describe('the image cache', () => {
  it('keeps what the first run built and gives it to the second', async () => {
    const steps = [CHECKOUT, cagentStep({ run: 'true', 'upload-artifacts': 'false' })];

    const first = await rig.runJob(steps);
    expect(first.exitCode, first.log.tail).toBe(0);
    image = /Building the image (cagent-gateway:[0-9a-f]{16})/.exec(
      first.log.output('cagent'),
    )?.[1] as string;
    expect(image).toBeDefined();
    expect(first.log.output('cagent', 'Post')).toContain(`Saved the image ${image} to the cache.`);
    const built = await outputOf('docker', ['image', 'inspect', '--format', '{{.Id}}', image]);

    await outputOf('docker', ['image', 'rm', '--force', image]);
    const second = await rig.runJob(steps);
    expect(second.exitCode, second.log.tail).toBe(0);
    expect(second.log.output('cagent')).toContain(`Restored the image ${image} from the cache.`);
    expect(second.log.output('cagent')).not.toContain('Building the image');
    expect(second.log.output('cagent', 'Post')).not.toContain('Saved the image');
    expect(await outputOf('docker', ['image', 'inspect', '--format', '{{.Id}}', image])).toBe(built);
  });

  it('is left alone with cache-images: false', async () => {
    await outputOf('docker', ['image', 'rm', '--force', image]);
    const job = await rig.runJob([
      CHECKOUT,
      cagentStep({ run: 'true', 'upload-artifacts': 'false', 'cache-images': 'false' }),
    ]);
    expect(job.exitCode, job.log.tail).toBe(0);
    expect(job.log.output('cagent')).toContain('Building the image');
    expect(job.log.output('cagent', 'Post')).not.toContain('Saved the image');
  });
});
