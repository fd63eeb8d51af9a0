import { afterAll, beforeAll, expect, it } from 'vitest';
import { secretForms } from '../../src/core/secret-values.js';
import { KEYS, PROMPT } from '../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../fixtures/model-server/model-server.js';
import { type FakeGitHub, startFakeGitHub } from './rig/github/fake-github.js';
import { runMainStep } from './rig/main-step.js';

/** A key that is an input of the action is in nothing that the step leaves, in no form. */

let server: ModelServer;
let github: FakeGitHub;
beforeAll(async () => {
  server = await startModelServer();
  github = await startFakeGitHub({ collaborators: { mona: 'write' } });
}, 600_000);
afterAll(async () => {
  await github?.close();
  await server?.stop();
});

it('the key is in no output, no state, no summary, no file of the runner, no cache and no line of the log', async () => {
  // The agent tells what it sees, and its model's server what it was told: in the answer and in the error after it.
  const ask = 'curl -si "$ANTHROPIC_BASE_URL/v1/messages" -d "{}"';
  await server.play({ command: `(env; ${ask}) | tee seen.txt`, script: 'ok,echo,ok' });
  const step = await runMainStep({
    event: 'push',
    apiUrl: github.url,
    inputs: {
      agent: 'claude',
      prompt: PROMPT,
      'anthropic-api-key': KEYS.anthropic,
      'github-token': '',
      uplink: server.network,
      'upload-artifacts': 'false',
      'cache-images': 'false',
      env: 'OTHER_SECRET',
    },
    variables: { ANTHROPIC_BASE_URL: server.url, OTHER_SECRET: KEYS.openai },
  });
  expect(step.exitCode, step.log).toBe(0);
  expect((await server.requests()).map(({ headers }) => headers['x-api-key'])).toContain(KEYS.anthropic);
  expect(step.outputs).toMatchObject({ conclusion: 'success' });
  // The log begins by telling the runner what to mask: those lines it never shows.
  const log = step.log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const places = [...step.files, ['log', Buffer.from(log.join('\n'))] as const];
  expect(places.map(([place]) => place)).toEqual(expect.arrayContaining(['output', 'state', 'summary']));
  const leaks = [KEYS.anthropic, KEYS.openai].flatMap((key) =>
    secretForms(key).flatMap((form) =>
      places.filter(([, content]) => content.includes(form)).map(([place]) => `${place}: ${form}`),
    ),
  );
  expect(leaks).toEqual([]);
  const patch = [...step.files].find(([path]) => path.endsWith('changes.patch'))?.[1].toString('utf8');
  expect(patch).toContain('+ANTHROPIC_API_KEY=cagent-placeholder-key');
  expect(patch).toContain('+OTHER_SECRET=***');
});
