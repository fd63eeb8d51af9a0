import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { renderSummary } from '../../../src/report/summary-markdown.js';
import { elementsOf, textOf } from './page.js';
import { changes, HOSTILE, sampleReport } from './samples.js';

function rendered(markdown: string): DefaultTreeAdapterTypes.Document {
  return parse(
    micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] }),
  );
}

const hostileReport = (text: string) => {
  const report = sampleReport();
  const paths = [{ path: text, reason: text }];
  return sampleReport({
    agent: { name: text, version: text, model: text, usage: {}, finalMessage: text },
    workspace: { ...report.workspace, hidden: paths },
    changes: { ...report.changes, rejected: paths, sensitive: paths },
    egress: {
      ...report.egress,
      hosts: report.egress.hosts.map((row) => ({
        ...row,
        host: text,
        rule: text,
        reasons: [text],
        requests: [`POST ${text}`],
      })),
    },
    limits: { hit: [text] },
    notices: [text],
    error: { code: 'docker.failed', message: text, hint: text },
  });
};

const hostileChanges = (text: string) => ({
  ...changes,
  files: [
    { path: text, status: 'added' as const, added: 1 },
    { path: 'b', oldPath: text, status: 'renamed' as const },
  ],
});

describe('summary.md', () => {
  test('says what happened, what changed, what was blocked, what was hidden and how to go on', () => {
    const text = textOf(rendered(renderSummary(sampleReport(), changes)));
    for (const part of [
      'The agent finished.',
      'Split the parser.',
      'claude',
      '14 turns',
      '$0.42',
      '7 files, +146 −216',
      '2 allowed, 45 blocked, 1 audited',
      'src/parse.ts',
      'renamed from docs/manual.md',
      'mode 100644 to 100755',
      'evil.example',
      'POST /v1/upload?x=1',
      'built-in',
      'secret scan',
      'link: a link that leaves the workspace',
      'package.json: scripts that package managers run',
      'The image has no git.',
      'cagent apply',
    ]) {
      expect(text).toContain(part);
    }
  });

  test.each(HOSTILE)('text from outside stays text: %j', (hostile) => {
    const plain = rendered(renderSummary(hostileReport('plain'), hostileChanges('plain')));
    const page = rendered(renderSummary(hostileReport(hostile), hostileChanges(hostile)));
    const names = (document: DefaultTreeAdapterTypes.Document) =>
      new Set(elementsOf(document).map((element) => element.tagName));
    expect([...names(page)].filter((name) => !names(plain).has(name))).toEqual([]);
    expect(
      elementsOf(page).filter((element) => ['a', 'img', 'script', 'style'].includes(element.tagName)),
    ).toEqual([]);
    const rows = (document: DefaultTreeAdapterTypes.Document) =>
      elementsOf(document)
        .filter((element) => element.tagName === 'tr')
        .map((row) => row.childNodes.filter((node) => 'tagName' in node).length);
    expect(rows(plain).length).toBeGreaterThan(10);
    expect(rows(page)).toEqual(rows(plain));
  });

  test.each(HOSTILE)('mentions nobody and refers to nothing outside of code: %j', (hostile) => {
    const page = rendered(renderSummary(hostileReport(hostile), hostileChanges(hostile)));
    const outside = textOf(page, (element) => element.tagName !== 'code' && element.tagName !== 'pre');
    expect(outside).not.toMatch(/@\w|#\d|\bGH-\d|https?:\/\/|\bwww\.|:\w+:/);
  });

  test.each(HOSTILE)('holds no character that cannot be seen: %j', (hostile) => {
    const summary = renderSummary(hostileReport(hostile), hostileChanges(hostile));
    expect(summary.replaceAll('\n', '').replaceAll('\ufe0f', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  test('a run with very much in it stays short enough for a comment and says what is missing', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => ({
      path: `${'@[]|'.repeat(60)}/${at}`,
      reason: '@_*'.repeat(200),
    }));
    const report = sampleReport({ notices: many.map(({ reason, path }) => reason + path) });
    const crowded = {
      ...report,
      changes: { ...report.changes, rejected: many, sensitive: many },
      workspace: { ...report.workspace, hidden: many },
    };
    const files = many.map(({ path }) => ({ path, status: 'added' as const, added: 1 }));
    const summary = renderSummary(crowded, { ...changes, files });
    expect(summary.length).toBeLessThan(60_000);
    expect(summary).toMatch(/… and 4,9\d\d more files/);
  });

  test('says that the patch was masked', () => {
    const report = sampleReport();
    const masked = { ...report, changes: { ...report.changes, patchMasked: true as const } };
    expect(renderSummary(masked, changes)).toContain('secret value');
  });

  test('a failed run without changes has the reason and no empty sections', () => {
    const report = sampleReport({
      conclusion: 'error',
      exitCode: 125,
      error: { code: 'docker.missing', message: 'No docker.' },
    });
    const empty = {
      ...report,
      changes: { ...report.changes, files: 0, patchBytes: 0, rejected: [], sensitive: [] },
    };
    const summary = renderSummary(empty, undefined);
    expect(summary).toContain('`docker.missing` No docker.');
    expect(summary).not.toContain('To apply');
    expect(summary).not.toContain('What changed');
  });
});
