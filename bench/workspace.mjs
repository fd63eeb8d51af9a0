// What the view costs: plan, clean git, start and capture at 1k, 20k and 100k files, with none and with 5,000 hidden,
// against a plain bind mount and against one mask mount for each hidden path.
// Usage: node bench/workspace.mjs [rounds] [files,files,...]      (after script/build, for lib/)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateRepository } from './generate-repository.mjs';
import { interleave, print, time } from './paired.mjs';

const IMAGE = process.env.BENCH_IMAGE ?? 'node:24-bookworm-slim';
const STAGES = fileURLToPath(new URL('workspace-stages.mjs', import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const sizes = (process.argv[3] ?? '1000,20000,100000').split(',').map(Number);
const work = mkdtempSync(join(tmpdir(), 'cagent-bench-'));

/** Milliseconds of each stage, in a process of its own. */
function stages(...args) {
  return JSON.parse(execFileSync(process.execPath, [STAGES, ...args], { encoding: 'utf8' }));
}

const docker = (...args) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const start = (...mounts) => time(['docker', 'run', '--rm', '--network', 'none', ...mounts, IMAGE, 'true']);

/** Everything about one repository, as one table; the base of all ratios is a container with a plain bind mount. */
function measure(files, hidden) {
  const root = generateRepository(join(work, `r${files}-${hidden}`), files - hidden, hidden);
  const cache = join(work, `cache-${files}-${hidden}`);
  const view = join(work, `view-${files}-${hidden}`);
  const volume = `cagent-bench-${process.pid}`;
  const { overlayOptions, paths } = stages('keep', root, view);
  const options = ['type=overlay', 'device=overlay', `o=${overlayOptions}`].flatMap((option) => [
    '--opt',
    option,
  ]);
  docker('volume', 'create', '--label', 'cagent.bench=workspace', ...options, volume);
  try {
    const inside = [
      'run',
      '--rm',
      '--network',
      'none',
      '-v',
      `${volume}:/workspace:nocopy`,
      '-w',
      '/workspace',
      IMAGE,
    ];
    docker(
      ...inside,
      'sh',
      '-c',
      'find src -name "*.ts" | head -100 | while read f; do echo changed >> $f; done',
    );
    const masks = paths.flatMap((path) => ['-v', `/dev/null:/workspace/${path}:ro`]);
    const results = interleave(
      {
        'start, plain bind mount': () => start('-v', `${root}:/workspace`),
        ...(masks.length > 0 && {
          'start, one mask mount for each hidden path': () => start('-v', `${root}:/workspace`, ...masks),
        }),
        'start, view': () => start('-v', `${volume}:/workspace:nocopy`),
        'plan, nothing cached': () => stages('plan', root).plan,
        'plan and git comparison, cached': () => stages('cached', root, cache).plan,
        'layers and clean git, nothing cached': () => stages('layers', root).layers,
        'layers and clean git, cached': () => stages('cached', root, cache).layers,
        'layers without git': () => stages('layers-without-git', root).layers,
        'capture of 100 changes': () => stages('capture', root, view).capture,
      },
      rounds,
    );
    print(`${files} files, ${hidden} of them hidden`, results);
    return results;
  } finally {
    docker('volume', 'rm', volume);
    stages('remove', view);
    rmSync(root, { recursive: true, force: true });
  }
}

try {
  const captures = [];
  for (const files of sizes)
    for (const hidden of [0, 5_000]) {
      if (hidden >= files) continue;
      const results = measure(files, hidden);
      captures.push(results['capture of 100 changes'].median);
    }
  const [first, last] = [captures[0], captures.at(-1)];
  console.log(`\nCapture in the largest over the smallest: ${(last / first).toFixed(2)}x (budget 2x)`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
