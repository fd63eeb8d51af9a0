import { z } from 'zod';

/**
 * The parts of a webhook's payload that are read. Whoever opened the pull request chose most of the text: names of
 * accounts, branches and commits are checked for their form, titles and bodies are text and nothing else.
 */

const id = z.number().int().nonnegative();
const positive = z.number().int().positive();
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'not the id of a commit');
/** Enterprise accounts have an underscore, apps end in `[bot]`. */
const login = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$/, 'not the name of an account');
const branch = z.string().min(1).max(1_024);
const text = z.string().max(2 ** 20);

const account = z.object({ login, id, type: z.string().max(50) });
const repository = z.object({
  full_name: z.string().regex(/^[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+$/, 'not the name of a repository'),
  id,
  private: z.boolean().optional(),
  visibility: z.string().optional(),
  fork: z.boolean().optional(),
  default_branch: branch.optional(),
});
const end = z.object({ ref: branch, sha, repo: repository.nullable() });
const label = z.object({ name: text });

export const pullRequest = z.object({
  number: positive,
  title: text,
  body: text.nullish(),
  draft: z.boolean().optional(),
  user: account.nullable(),
  head: end,
  base: end,
  labels: z.array(label).default([]),
});

export const eventPayload = z.object({
  action: z.string().max(100).optional(),
  repository: repository.optional(),
  sender: account.optional(),
  pull_request: pullRequest.optional(),
  issue: z
    .object({
      number: positive,
      title: text,
      body: text.nullish(),
      user: account.nullable(),
      labels: z.array(label).default([]),
      pull_request: z.unknown().optional(),
    })
    .optional(),
  comment: z
    .object({ id, body: text.nullish(), user: account.nullable(), author_association: z.string().optional() })
    .optional(),
  review: z.object({ user: account.nullable() }).optional(),
  label: label.optional(),
  workflow_run: z
    .object({
      id,
      event: z.string(),
      conclusion: z.string().nullish(),
      head_branch: branch.nullable(),
      head_sha: sha,
      head_repository: repository.nullish(),
      actor: account.nullish(),
      triggering_actor: account.nullish(),
      pull_requests: z.array(z.object({ number: positive })).default([]),
    })
    .optional(),
});

export type EventPayload = z.infer<typeof eventPayload>;
export type PayloadAccount = z.infer<typeof account>;
