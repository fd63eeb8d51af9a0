// How long `cagent run -- true` takes, over `docker run --rm IMAGE true`: with 10,000 files, and with 100,000 files
// of which 5,000 are hidden. Usage: node bench/start.mjs [rounds]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateRepository } from './generate-repository.mjs';
import { interleave, print, time } from './paired.mjs';

const rounds = Number(process.argv[2] ?? 7);
const cli = fileURLToPath(new URL('../dist/cli/index.js', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'cagent-bench-'));

function run(root) {
  const out = join(work, 'out');
  const took = time([process.execPath, cli, 'run', '--workspace', root, '--out', out, '--', 'true']);
  rmSync(out, { recursive: true, force: true });
  return took;
}

try {
  const small = generateRepository(join(work, 'small'), 10_000, 22);
  const large = generateRepository(join(work, 'large'), 95_000, 5_000);
  const [sandbox] = execFileSync(process.execPath, [cli, 'build'], { encoding: 'utf8' }).split(/\s/);
  const results = interleave(
    {
      'docker run --rm IMAGE true': () => time(['docker', 'run', '--rm', sandbox, 'true']),
      'cagent run -- true, 10k files': () => run(small),
      'cagent run -- true, 100k files, 5,000 hidden': () => run(large),
    },
    rounds,
  );
  print('Start to end of an agent that does nothing', results);
  const [, ten, hundred] = Object.values(results);
  console.log(
    `  100k files over 10k files: ${(hundred.median / ten.median).toFixed(2)}x (budget 2x); 10k over docker run: budget 2.6x`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
