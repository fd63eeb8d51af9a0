// Runs stages of the workspace on one repository and prints how long each took, as JSON, in milliseconds.
// Usage: node bench/workspace-stages.mjs STAGES ROOT [DIRECTORY]
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemProcesses as processes } from '../lib/core/process.js';
import { captureChanges } from '../lib/engine/capture.js';
import { planWorkspace } from '../lib/workspace/plan-workspace.js';
import { prepareView } from '../lib/workspace/prepare-view.js';
import { removeView } from '../lib/workspace/remove-view.js';
import { readTracked } from '../lib/workspace/tracked-files.js';

const [what, root, place] = process.argv.slice(2);
const environment = { PATH: process.env.PATH };
const took = {};

async function timed(name, stage) {
  const began = performance.now();
  const result = await stage();
  took[name] = performance.now() - began;
  return result;
}

async function makeView(git, directory, cacheDirectory) {
  const common = { root, directory, cacheDirectory, processes, env: environment };
  const view = { mode: 'overlay', ignoreFile: '.agentignore', ignore: [], secrets: 'hide', git };
  const tracked = readTracked({ ...common, git });
  const workspace = await timed('plan', async () => {
    const plan = await planWorkspace({ ...common, view, runDirectory: undefined, tracked });
    await tracked;
    return plan;
  });
  const prepared = await timed('layers', () =>
    prepareView(workspace, { ...common, scratchReadme: undefined, tracked }),
  );
  return { workspace, view: prepared };
}

const directory = what === 'keep' ? place : mkdtempSync(join(tmpdir(), 'cagent-bench-view-'));
try {
  if (what === 'keep') {
    mkdirSync(directory, { mode: 0o700 });
    const made = await makeView('snapshot', directory);
    writeFileSync(`${directory}.json`, JSON.stringify(made));
    const paths = made.workspace.hidden.map((entry) => entry.path);
    Object.assign(took, { overlayOptions: made.view.overlayOptions, paths });
  } else if (what === 'capture') {
    const preparation = { ...JSON.parse(readFileSync(`${place}.json`, 'utf8')) };
    const host = { processes, environment };
    const out = { patch: join(directory, 'changes.patch'), scratch: join(directory, 'scratch') };
    const plan = { workspace: preparation.workspace, view: { strategy: 'overlay' } };
    const { files } = await timed('capture', () =>
      captureChanges({ host, preparation: { plan, view: preparation.view }, ...out }),
    );
    if (files.length !== 100) throw new Error(`captured ${files.length} changes instead of 100`);
  } else if (what === 'remove') {
    removeView(root);
    rmSync(`${root}.json`);
  } else
    await makeView(
      what === 'layers-without-git' ? 'none' : 'snapshot',
      directory,
      what === 'cached' ? place : undefined,
    );
} finally {
  if (what !== 'keep') removeView(directory);
}
console.log(JSON.stringify(took));
