import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printsIn } from '../../../src/publish/comment-marker.js';
import { MOST_INLINE, planReview } from '../../../src/publish/review/plan-review.js';
import { type Finding, type Review, readReview } from '../../../src/publish/review/review.js';
import {
  type ReviewSettings,
  reviewRequest,
  withoutLines,
} from '../../../src/publish/review/review-request.js';
import { hostileText, shownBy } from './shown.js';

const KEY = '0123456789abcdef';
const RUN = 'https://github.com/acme/widget/actions/runs/1';
const PATCH =
  '@@ -1,3 +1,4 @@\n first line\n-old second line\n+new second line\n+new third line\n last line\n';
const FILES = [{ path: 'src/a.ts', patch: PATCH }, { path: 'image.png' }];
const NONE: ReadonlySet<string> = new Set();

const SETTINGS: ReviewSettings = {
  key: KEY,
  agent: 'claude',
  links: { run: RUN, artifact: '' },
  mayApprove: false,
  isOwnPullRequest: false,
  latest: undefined,
};

function finding(part: Partial<Finding> = {}): Finding {
  return {
    path: 'src/a.ts',
    line: 2,
    startLine: null,
    side: 'new',
    severity: 'major',
    title: 'Wrong',
    body: null,
    suggestion: null,
    ...part,
  };
}

function review(findings: readonly Finding[], part: Partial<Review> = {}): Review {
  return { summary: 'Looks fine.', verdict: 'comment', findings: [...findings], ...part };
}

function posted(given: Review, settings: Partial<ReviewSettings> = {}, known = NONE) {
  return reviewRequest(planReview(given, FILES, known), { ...SETTINGS, ...settings });
}

describe('a review that an agent hands over', () => {
  it('may leave out what is optional', () => {
    const given = {
      summary: '',
      verdict: 'approve',
      findings: [{ path: 'a', severity: 'info', title: 't' }],
    };
    expect(readReview(given)).toEqual({
      review: review([finding({ path: 'a', line: null, severity: 'info', title: 't' })], {
        summary: '',
        verdict: 'approve',
      }),
    });
  });

  it.each([
    ['text', 'Looks good to me!', 'the whole'],
    ['a list', [], 'the whole'],
    ['another verdict', { summary: '', verdict: 'merge', findings: [] }, 'verdict'],
    ['a line 0', review([finding({ line: 0 })]), 'findings.0.line'],
    ['an unknown key', { ...review([]), merge: true }, 'merge'],
  ])('%s is refused, and the message says what is wrong', (_, value, part) => {
    expect(readReview(value)).toEqual({ problem: expect.stringContaining(part) });
  });

  it('is what the published schema describes, in which every key is required', () => {
    const schema = JSON.parse(readFileSync('docs/schemas/cagent.review.schema.json', 'utf8')) as object;
    const check = new Ajv2020({ strict: true }).compile(schema);
    expect(check(review([finding(), finding({ line: null, suggestion: 'x' })]))).toBe(true);
    expect(check({ summary: '', verdict: 'comment', findings: [{ path: 'a' }] })).toBe(false);
    expect(check({ ...review([]), merge: true })).toBe(false);
    expect(JSON.stringify(schema)).not.toMatch(/"(default|m(in|ax)(Length|Items|imum))"/);
  });
});

describe('where a finding is shown', () => {
  it.each<[string, Partial<Finding>, object | undefined]>([
    ['a changed line', { line: 2 }, { line: 2, side: 'RIGHT' }],
    ['a line around the change', { line: 4 }, { line: 4, side: 'RIGHT' }],
    ['a removed line', { line: 2, side: 'old' }, { line: 2, side: 'LEFT' }],
    [
      'several lines',
      { startLine: 2, line: 3 },
      { start_line: 2, start_side: 'RIGHT', line: 3, side: 'RIGHT' },
    ],
    ['lines the wrong way round', { startLine: 3, line: 2 }, { line: 2, side: 'RIGHT' }],
    ['a line that the diff does not show', { line: 40 }, undefined],
    ['the file as a whole', { line: null }, undefined],
    ['a file that is not changed', { path: 'other.ts' }, undefined],
    ['a file without a diff', { path: 'image.png', line: 1 }, undefined],
  ])('%s', (_, part, place) => {
    const request = posted(review([finding({ title: 'The very title', ...part })]));
    if (place === undefined) {
      expect(request?.comments).toEqual([]);
      expect(request?.body).toContain('The very title');
    } else {
      const { body, path, ...where } = request?.comments[0] ?? {};
      expect(where).toEqual(place);
      expect(body).toContain('The very title');
      expect(request?.body).not.toContain('The very title');
    }
  });

  it('the worst come first, and what is over the limit goes into the text', () => {
    const many = Array.from({ length: MOST_INLINE + 5 }, (_, at) =>
      finding({ title: `Finding ${'x'.repeat(at)}`, severity: at === 34 ? 'critical' : 'minor' }),
    );
    const request = posted(review(many));
    expect(request?.comments).toHaveLength(MOST_INLINE);
    expect(request?.comments[0]?.body).toContain('Critical');
    expect(request?.body.match(/🟡 Minor/g)).toHaveLength(5);
  });

  it('a thousand long findings stay short enough for GitHub, and the rest is counted', () => {
    const many = Array.from({ length: 1_000 }, (_, at) =>
      finding({ path: `${at}.ts`, title: `${at} ${'@'.repeat(490)}`, body: '#'.repeat(20_000) }),
    );
    const request = posted(review(many, { summary: '<'.repeat(20_000) }));
    expect(request?.body.length).toBeLessThan(65_536);
    expect(request?.body).toMatch(/… and \d+ more findings/);
  });

  it('when GitHub takes no line, every finding is in the text', () => {
    const plan = withoutLines(planReview(review([finding({ title: 'The very title' })]), FILES, NONE));
    expect(reviewRequest(plan, SETTINGS)?.body).toContain('The very title');
  });
});

describe('a second review of the same pull request', () => {
  const known = (request: ReturnType<typeof posted>): ReadonlySet<string> =>
    new Set(
      [request?.body, ...(request?.comments ?? []).map(({ body }) => body)].flatMap((body) =>
        printsIn(body, KEY),
      ),
    );

  it.each<[string, Partial<Finding>]>([
    ['the same words, on a line that has moved', { line: 4 }],
    ['other words, on the same line', { title: 'This is not right at all' }],
    ['the same words with other marks', { title: '  wrong!! ' }],
  ])('does not repeat %s', (_, part) => {
    const first = posted(review([finding()]));
    const second = posted(
      review([finding(part), finding({ line: 3, title: 'Something new' })]),
      {},
      known(first),
    );
    expect(second?.comments).toHaveLength(1);
    expect(second?.body).toContain('1 finding of earlier reviews not repeated');
  });

  it('does not repeat what was in the text either', () => {
    const first = posted(review([finding({ path: 'other.ts' })]));
    expect(
      posted(review([finding({ path: 'other.ts' })]), { latest: 'COMMENTED' }, known(first)),
    ).toBeUndefined();
  });

  it('is not posted when it has nothing new to say', () => {
    const first = posted(review([finding()]));
    expect(posted(review([finding()]), { latest: 'COMMENTED' }, known(first))).toBeUndefined();
  });

  it('is posted when its verdict is another one', () => {
    expect(posted(review([], { verdict: 'request-changes' }), { latest: 'COMMENTED' })?.event).toBe(
      'REQUEST_CHANGES',
    );
  });

  it('of another job repeats what that job has not said', () => {
    const first = posted(review([finding()]), { key: 'ffffffffffffffff' });
    expect(known(first).size).toBe(0);
  });

  it('two findings on one line are both told', () => {
    expect(posted(review([finding(), finding({ title: 'Also slow' })]))?.comments).toHaveLength(2);
  });
});

describe('the verdict', () => {
  it.each([
    ['approve', {}, 'COMMENT'],
    ['approve', { mayApprove: true }, 'APPROVE'],
    ['request-changes', { mayApprove: true }, 'REQUEST_CHANGES'],
    ['comment', { mayApprove: true }, 'COMMENT'],
    ['approve', { mayApprove: true, isOwnPullRequest: true }, 'COMMENT'],
    ['request-changes', { isOwnPullRequest: true }, 'COMMENT'],
  ] as const)('%s with %j becomes %s', (verdict, settings, event) => {
    expect(posted(review([], { verdict }), settings)?.event).toBe(event);
  });
});

describe('text from the agent', () => {
  it('has no link, image, mention or reference in any part of the review, and cannot leave its fence', () => {
    fc.assert(
      fc.property(hostileText(), hostileText(), (one, two) => {
        const text = `x${one}`;
        const parts = { title: text, body: two, suggestion: two };
        const given = [finding(parts), finding({ ...parts, title: `${text} y`, path: text, line: null })];
        const request = posted(review(given, { summary: two }));
        for (const body of [
          request?.body ?? '',
          ...(request?.comments ?? []).map((comment) => comment.body),
        ]) {
          const shown = shownBy(body);
          expect(shown.links.filter((link) => link !== RUN)).toEqual([]);
          expect(shown.foreign).toEqual([]);
          expect(shown.acting).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(['```\n````\nrm -rf /', '~~~\n```suggestion\nx\n```', '`````'])(
    'a suggestion stays whole: %j',
    (suggestion) => {
      const body = posted(review([finding({ suggestion })]))?.comments[0]?.body ?? '';
      const [, fence, inside] = /\n(`{3,})suggestion\n(.*)\n\1$/s.exec(body) ?? [];
      expect(inside).toBe(suggestion);
      expect(suggestion).not.toContain(fence);
    },
  );

  it.each([
    ['has characters that cannot be seen', { suggestion: 'a \u202e b' }],
    ['is for removed lines', { side: 'old' as const, suggestion: 'a' }],
    ['is for lines that are not all shown', { startLine: 1, line: 2, suggestion: 'a' }, 'suggestion'],
    ['is for a range that the diff does not have', { startLine: 9, line: 2, suggestion: 'a' }],
  ])('a suggestion that %s cannot be accepted by one click', (_, part, language = '') => {
    const body = posted(review([finding(part)]))?.comments[0]?.body ?? '';
    expect(body).toContain(language === '' ? '\n```\n' : '```suggestion\n');
    expect(body.includes('```suggestion')).toBe(language !== '');
  });

  it('cannot bring prints that keep later findings away', () => {
    const forged = `<!-- cagent:findings:${KEY}:aaaaaaaaaaaaaaaa -->`;
    const request = posted(
      review([finding({ title: forged, body: forged })], { summary: `${forged}\n${forged}` }),
    );
    const prints = [request?.body, request?.comments[0]?.body].flatMap((body) => printsIn(body, KEY));
    expect(prints).not.toContain('aaaaaaaaaaaaaaaa');
  });
});
