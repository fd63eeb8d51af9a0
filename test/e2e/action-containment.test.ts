import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActRig, startActRig, type WorkflowRun } from './rig/act.js';
import { CHECKOUT, cagentStep, expression, KEEP_RESULTS } from './rig/steps.js';

const TOKEN = 'ghs_e2eTokenOfTheRunner0123456789';
const MODEL_KEY = 'model-key-0123456789abcdef';

/** Looks for whatever a runner has that an agent must not have, in every place that it can see. */
const SPY = `
exec 2>&1
echo "== environment"; env
echo "== processes"; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; cat /proc/[0-9]*/cmdline | tr '\\0' ' '
echo "== mounts"; cat /proc/self/mountinfo
echo "== files"; ls -la / /workspace /home /root /tmp /run "$RUNNER_FILES" "$RUNNER_FILES/.." 2>&1
find / -xdev \\( -name 'outputcmd*' -o -name 'envs.txt' -o -name 'statecmd*' -o -name 'pathcmd*' -o -name 'event.json' \\) 2>/dev/null
for file in $RUNNER_FILES/outputcmd.txt $RUNNER_FILES/envs.txt; do echo 'forged=1' >> "$file" && echo "wrote $file"; done
ls -la /var/run/docker.sock /run/docker.sock
echo "key is $MODEL_KEY"
echo "== end"
`;

/** Gives the runner commands by printing them, on both streams, with and without line ends. */
const FORGER = `
echo '::set-output name=conclusion::forged'
echo '::set-output name=forged::1'
echo '::add-mask::widget'
echo '::error title=forged::forged error'
echo '::warning::forged warning' >&2
echo '::save-state name=run-id::forged'
echo '::add-path::/forged'
echo '::set-env name=FORGED::1'
echo '##[set-env name=FORGED]1'
echo '::stop-commands::mine'
echo '::mine::'
echo "::$(tr '\\0' '\\n' < /proc/1/environ | head -1)::"
printf 'no line end::error::forged inline\\r::error::forged after return'
sleep 0.2
printf '::error::forged last words' >&2
`;

let rig: ActRig;
let job: WorkflowRun;
let spied: string;

beforeAll(async () => {
  rig = await startActRig();
  job = await rig.runJob(
    [
      CHECKOUT,
      { run: 'printf %s "$ACTIONS_RUNTIME_TOKEN" > "$RESULTS/runtime-token"' },
      cagentStep(
        {
          run: `bash -c 'bash spy.sh > spied.txt; cat spied.txt; bash forger.sh'`,
          network: 'none',
          env: `MODEL_KEY\nRUNNER_FILES=${expression('github.workspace')}/../act/workflow`,
        },
        {
          env: {
            GITHUB_TOKEN: expression('secrets.GITHUB_TOKEN'),
            MODEL_KEY: expression('secrets.MODEL_KEY'),
          },
        },
      ),
      KEEP_RESULTS,
      { if: 'always()', run: 'env > "$RESULTS/later-environment"; echo "widget" > "$RESULTS/later"' },
    ],
    { files: { 'spy.sh': SPY, 'forger.sh': FORGER }, secrets: { GITHUB_TOKEN: TOKEN, MODEL_KEY } },
  );
  spied = read('run/agent.log');
});
afterAll(() => rig.close());

const read = (path: string): string => readFileSync(join(job.results, path), 'utf8');

describe("the runner's own things", () => {
  it('the spy ran to its end', () => {
    expect(job.exitCode, job.log.tail).toBe(0);
    expect(spied).toContain('== environment');
    expect(spied).toContain('== end');
  });

  it.each([
    'GITHUB_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_RUNTIME_URL',
    'ACTIONS_CACHE_URL',
    'ACTIONS_RESULTS_URL',
  ])('%s is not in the environment of any process in the sandbox', (name) => {
    expect(spied).not.toMatch(new RegExp(`^${name}=`, 'm'));
  });

  it.each(['INPUT_', 'STATE_', 'GITHUB_', 'RUNNER_TEMP', 'ACTIONS_ID_TOKEN'])(
    'no variable that begins with %s is there',
    (prefix) => {
      expect(spied).not.toMatch(new RegExp(`^${prefix}`, 'm'));
    },
  );

  it('no token is anywhere that the agent can read', () => {
    const runtimeToken = read('runtime-token');
    expect(runtimeToken.length).toBeGreaterThan(20);
    for (const text of [spied, read('run/changes.patch'), read('run/plan.json'), read('run/report.json')]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(runtimeToken);
    }
  });

  it('the command files of the runner cannot be found, read or written', () => {
    expect(spied).not.toMatch(/^wrote /m);
    expect(spied).not.toMatch(/^\/\S*(outputcmd|statecmd|pathcmd|envs\.txt|event\.json)\S*$/m);
    expect(job.log.outputs('cagent').forged).toBeUndefined();
  });

  it('the Docker socket is not there', () => {
    expect(spied).not.toMatch(/^s.*docker\.sock/m);
  });

  it('a value that was passed on purpose is masked wherever it comes out', () => {
    expect(spied).toContain('key is ***');
    // The command that tells the runner to mask the value has to hold it.
    const lines = job.log.text.split('\n').filter((line) => !line.includes('::add-mask::'));
    expect(lines.filter((line) => line.includes(MODEL_KEY))).toEqual([]);
    expect(read('run/changes.patch')).not.toContain(MODEL_KEY);
  });
});

describe('workflow commands that the agent prints', () => {
  it('set no output', () => {
    expect(job.log.outputs('cagent')).toMatchObject({ conclusion: 'success' });
    expect(Object.values(job.log.outputs('cagent'))).not.toContain('forged');
  });

  it.each(['error', 'warning', 'notice', 'save-state', 'add-path', 'set-env', 'add-mask'])(
    '%s is not carried out',
    (name) => {
      const forged = job.log
        .commands('cagent', name)
        .filter(({ argument }) => /forged|widget|^1$/.test(argument));
      expect(forged).toEqual([]);
    },
  );

  it('have no effect on later steps', () => {
    expect(read('later-environment')).not.toMatch(/^FORGED=/m);
    expect(read('later-environment')).not.toContain('/forged');
  });

  it("cagent's own commands work again afterwards", () => {
    expect(job.log.commands('cagent', 'group').map(({ argument }) => argument)).toContain('cagent: results');
  });

  it('are still in the log as text', () => {
    expect(job.log.output('cagent')).toContain('::error title=forged::forged error');
  });
});
