import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderComment, renderUnfinished } from '../../../src/publish/comment-body.js';
import { commentMarker, hasMarker } from '../../../src/publish/comment-marker.js';
import type { Report } from '../../../src/report/report.js';
import { changes, HOSTILE, sampleReport } from '../report/samples.js';
import { hostileText, shownBy } from './shown.js';

const LINKS = {
  run: 'https://github.com/acme/widget/actions/runs/1',
  artifact: 'https://github.com/acme/widget/actions/runs/1/artifacts/2',
};
const OURS = [LINKS.run, LINKS.artifact];

function comment(report: Report = sampleReport(), finalMessage?: string): string {
  return renderComment({
    key: '0123456789abcdef',
    title: report.agent.name,
    report,
    changes,
    links: LINKS,
    finalMessage,
  });
}

/** A report in which everything that the agent or the repository chose is `text`. */
function reportOf(text: string): Report {
  const report = sampleReport();
  const paths = [{ path: text, reason: text }];
  return {
    ...report,
    agent: { ...report.agent, name: text, model: text },
    changes: { ...report.changes, sensitive: paths, rejected: paths },
    egress: {
      ...report.egress,
      hosts: report.egress.hosts.map((host) => ({
        ...host,
        host: text,
        rule: text,
        reasons: [text],
        requests: [text],
      })),
      suggestion: [text],
    },
    error: { code: 'internal.bug', message: text },
  };
}

describe('the comment on a pull request', () => {
  it('is what the README shows', () => {
    const { agent, egress, changes: counted, ...rest } = sampleReport();
    const hosts = egress.hosts.filter(({ host }) => host === 'evil.example');
    const files = changes.files.filter(({ path }) => ['src/parse.ts', 'package.json'].includes(path));
    const report = {
      ...rest,
      agent,
      changes: { ...counted, files: 2, added: 119, deleted: 1 },
      egress: { ...egress, hosts, allowed: 2, audited: 0, blocked: 43 },
    };
    const body = renderComment({
      key: '0123456789abcdef',
      title: agent.name,
      report,
      changes: { ...changes, files },
      links: LINKS,
      finalMessage: 'The parser has a file of its own now. All 214 tests pass.',
    });
    const shown = /<!-- sample:comment -->\n([\s\S]*?)\n<!-- \/sample:comment -->/.exec(
      readFileSync('README.md', 'utf8'),
    )?.[1];
    const quoted = body
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => `> ${line}`.trimEnd())
      .join('\n');
    expect(shown).toBe(quoted);
  });

  it('tells outcome, changes, what was blocked, cost and where to look', () => {
    const body = comment(sampleReport(), 'All done.\n\nSee the tests.');
    for (const part of [
      'success',
      'src/parse.ts',
      'Blocked',
      'evil.example',
      '$0.42',
      'All done.',
      ...OURS,
    ]) {
      expect(body, part).toContain(part);
    }
    expect(body.startsWith('<!-- cagent:comment:0123456789abcdef -->\n')).toBe(true);
  });

  it('has no link but its own, and no image, whatever the agent says', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const shown = shownBy(comment(reportOf(text), text));
        expect(shown.links.filter((link) => !OURS.includes(link))).toEqual([]);
        expect(shown.foreign).toEqual([]);
        expect(shown.acting).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(HOSTILE)('shows text from outside and does nothing else: %j', (text) => {
    const [plain, hostile] = [
      shownBy(comment(reportOf('plain'), 'plain')),
      shownBy(comment(reportOf(text), text)),
    ];
    expect(hostile.rows).toEqual(plain.rows);
    expect(hostile.acting).toEqual([]);
    const body = comment(reportOf(text), text).replaceAll('\n', '').replaceAll('\ufe0f', '');
    expect(body).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  it('cannot be taken for one of another key by what the agent says', () => {
    const forged = commentMarker('comment', 'ffffffffffffffff');
    expect(hasMarker(comment(reportOf(forged), `${forged}\n${forged}`), forged)).toBe(false);
  });

  it('is cut to what GitHub takes, and says where the rest is', () => {
    const long = '@[]|#'.repeat(60_000);
    const many = Array.from({ length: 3_000 }, () => ({ path: long, reason: long }));
    const report = sampleReport();
    const body = comment({ ...report, changes: { ...report.changes, sensitive: many } }, long);
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain('more characters; see `report.json`');
    expect(body).toContain(LINKS.artifact);
  });

  it.each([
    [undefined, '⏹️ cagent: cancelled', 'cut off before it could report'],
    ['docker.unreachable', '⚠️ cagent: error', '`docker.unreachable`. The Docker engine'],
  ] as const)('is the same one after a step that has no report: %s', (error, head, words) => {
    const body = renderUnfinished({ key: '0123456789abcdef', title: 'claude', links: LINKS, error });
    expect(body.split('\n')[0]).toBe(comment().split('\n')[0]);
    expect(body).toContain(head);
    expect(body).toContain(words);
    expect(shownBy(body).links).toEqual([LINKS.run, LINKS.artifact]);
  });

  it('a title from elsewhere does nothing in it', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const shown = shownBy(
          renderUnfinished({ key: 'a', title: text, links: LINKS, error: 'config.invalid' }),
        );
        expect(shown.acting).toEqual([]);
        expect(shown.links.filter((link) => !OURS.includes(link))).toEqual([]);
      }),
    );
  });

  it('without pages to link to it has no empty links', () => {
    const body = renderComment({
      key: 'a',
      title: 'claude',
      report: sampleReport(),
      changes: undefined,
      links: { run: '', artifact: '' },
      finalMessage: undefined,
    });
    expect(body).not.toContain('](');
  });
});
