import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesBelow } from './source-files.js';

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<
    Record<string, { readonly 'timeout-minutes'?: number; readonly permissions?: unknown }>
  >;
}

const workflows = filesBelow('.github/workflows', ['.yml', '.yaml']);
/** Those that others copy or call. */
const ready = [
  ...workflows.filter(({ path }) => /\/cagent-\w+\.yml$/.test(path)),
  ...filesBelow('examples/workflows', ['.yml']),
];
/** Those that check the project itself. */
const own = workflows.filter(
  ({ path }) => !ready.some((file) => file.path === path) && !path.includes('release'),
);

describe('workflows of the project', () => {
  it('exist', () => {
    expect(workflows.length).toBeGreaterThan(0);
  });

  it.each(workflows.map((file) => [file.path, file.text] as const))(
    '%s pins every action by commit',
    (_, text) => {
      const uses = [...text.matchAll(/^\s*(?:- )?uses:\s*(.+)$/gm)].map((match) =>
        (match[1] as string).trim(),
      );
      expect(
        uses.filter((use) => !use.startsWith('./') && !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use)),
      ).toEqual([]);
    },
  );

  it.each(own.map((file) => [file.path, file.text] as const))('%s may only read', (_, text) => {
    const workflow = parse(text) as Workflow;
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.values(workflow.jobs).filter((job) => job.permissions !== undefined)).toEqual([]);
  });

  it.each(workflows.map((file) => [file.path, file.text] as const))(
    '%s ends: newer runs replace older ones, jobs have a time limit',
    (_, text) => {
      const workflow = parse(text) as Workflow;
      if (!text.includes('workflow_call:')) expect(workflow.concurrency).toBeDefined();
      expect(Object.entries(workflow.jobs).filter(([, job]) => job['timeout-minutes'] === undefined)).toEqual(
        [],
      );
    },
  );

  it.each(workflows.map((file) => [file.path, file.text] as const))(
    '%s leaves no token in the checkout',
    (_, text) => {
      const checkouts = text.split(/uses:\s*actions\/checkout@/).length - 1;
      expect(text.split('persist-credentials: false').length - 1).toBe(checkouts);
    },
  );
});

describe('ready workflows', () => {
  const files = ready.map((file) => [file.path, parse(file.text) as Ready, file.text] as const);

  it('exist for copying and for calling', () => {
    expect(ready.length).toBe(8);
  });

  it.each(files)('%s gives nothing to a job that does not name it', (_, workflow) => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeDefined();
  });

  it.each(files)('%s lets no job with an agent write to the repository', (_, { jobs }) => {
    for (const { permissions, steps } of Object.values(jobs)) {
      const hasAgent = steps.some(({ uses }) => /^org\/cagent@/.test(uses ?? ''));
      if (hasAgent) expect(permissions.contents).toBe('read');
      else expect(steps).toHaveLength(1);
    }
  });

  it.each(files)('%s runs no script', (_, { jobs }) => {
    expect(Object.values(jobs).flatMap(({ steps }) => steps.filter(({ run }) => run !== undefined))).toEqual(
      [],
    );
  });

  it.each(files)('%s pins every action by commit', (_, __, text) => {
    const used = [...text.matchAll(/uses: (.+)$/gm)].map((match) => match[1] as string);
    expect(used.filter((use) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use))).toEqual([]);
    expect(used.length).toBeGreaterThan(1);
  });
});

interface Ready {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions: Readonly<Record<string, string>>;
        readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
      }
    >
  >;
}
