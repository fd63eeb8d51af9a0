import { z } from 'zod';
import type { JsonSchemaDocument } from '../../core/json-schema.js';

/** A review as an agent hands it over: `docs/schemas/cagent.review.schema.json` is made from this. */

/** What is beyond these is refused: no honest review is that long. */
const TITLE = 500;
const BODY = 20_000;
const SUGGESTION = 20_000;
export const MOST_FINDINGS = 1_000;

export const SEVERITIES = ['critical', 'major', 'minor', 'info'] as const;

// Models that only take closed schemas want every key, so what may be missing may also be null.
const finding = z.strictObject({
  path: z.string().min(1).max(4_096).describe('File, relative to the root of the repository.'),
  line: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Last line that it is about, counted from 1; null for the file as a whole.'),
  startLine: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('First line, when it is about several; otherwise null.'),
  side: z
    .enum(['new', 'old'])
    .default('new')
    .describe('new: lines of the file after the change. old: lines that the change removes.'),
  severity: z.enum(SEVERITIES).describe('How bad it is.'),
  title: z.string().min(1).max(TITLE).describe('What is wrong, in one sentence of plain text.'),
  body: z
    .string()
    .max(BODY)
    .nullable()
    .default(null)
    .describe('Why it is wrong and what would be right, in plain text; null when the title says it all.'),
  suggestion: z
    .string()
    .max(SUGGESTION)
    .nullable()
    .default(null)
    .describe('Text that replaces the lines from startLine to line; null for none.'),
});

export const reviewSchema = z.strictObject({
  summary: z.string().max(BODY).describe('What the change does and what you think of it, in plain text.'),
  verdict: z
    .enum(['approve', 'comment', 'request-changes'])
    .describe('request-changes only for something that must not be merged.'),
  findings: z
    .array(finding)
    .max(MOST_FINDINGS)
    .describe('One entry for each problem; empty when there is none.'),
});

export type Review = z.infer<typeof reviewSchema>;
export type Finding = Review['findings'][number];

/** The review, or one line that says why the value is none. */
export function readReview(value: unknown): { readonly review: Review } | { readonly problem: string } {
  const { data, error } = reviewSchema.safeParse(value);
  if (data !== undefined) return { review: data };
  const issue = error.issues[0];
  return { problem: `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not as expected'}` };
}

/**
 * JSON Schema for the agent. Providers of structured output want every key required and refuse bounds and defaults,
 * so these are checked here alone.
 */
export function reviewJsonSchema(): JsonSchemaDocument {
  const schema = z.toJSONSchema(reviewSchema, {
    target: 'draft-2020-12',
    io: 'output',
    override({ jsonSchema }) {
      for (const key of REFUSED) delete jsonSchema[key];
    },
  });
  const { $schema, ...rest } = schema;
  return {
    $schema,
    title: 'Review',
    description: 'Review of a pull request, as an agent gives it.',
    ...rest,
  };
}

const REFUSED = ['default', 'minLength', 'maxLength', 'maxItems', 'minimum', 'maximum'] as const;
