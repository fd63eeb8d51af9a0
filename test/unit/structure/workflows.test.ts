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

  it.each(workflows.map((file) => [file.path, file.text] as const))('%s may only read', (_, text) => {
    const workflow = parse(text) as Workflow;
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.values(workflow.jobs).filter((job) => job.permissions !== undefined)).toEqual([]);
  });

  it.each(workflows.map((file) => [file.path, file.text] as const))(
    '%s ends: newer runs replace older ones, jobs have a time limit',
    (_, text) => {
      const workflow = parse(text) as Workflow;
      expect(workflow.concurrency).toBeDefined();
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
