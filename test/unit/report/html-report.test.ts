import { createHash } from 'node:crypto';
import { parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../../src/report/html-report.js';
import { excerptPatch } from '../../../src/report/patch-excerpt.js';
import { elementsOf, textOf } from './page.js';
import { changes, HOSTILE, sampleReport } from './samples.js';

const PATCH = `diff --git a/src/index.ts b/src/index.ts
index 1111111..2222222 100644
--- a/src/index.ts
+++ b/src/index.ts
@@ -1,2 +1,2 @@
 keep
-old
+new
diff --git a/old name b/new name
similarity index 100%
rename from old name
rename to new name
diff --git a/gone b/gone
deleted file mode 100644
index 3333333..0000000
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-bye
diff --git a/logo.png b/logo.png
index 4444444..5555555 100644
GIT binary patch
literal 3
KcmZQzV}Jkv0RR91
`;

function page(report = sampleReport(), patch: string | undefined = PATCH, withChanges = changes) {
  return parse(renderHtml(report, withChanges, patch));
}

describe('report.html', () => {
  test('loads nothing and runs nothing', () => {
    const elements = elementsOf(page());
    const names = new Set(elements.map((element) => element.tagName));
    for (const name of ['script', 'link', 'img', 'iframe', 'a', 'form', 'object', 'base'])
      expect(names).not.toContain(name);
    const attributes = new Set(
      elements.flatMap((element) => element.attrs.map((attribute) => attribute.name)),
    );
    for (const name of ['style', 'src', 'href', 'onclick', 'srcset', 'xlink:href'])
      expect(attributes).not.toContain(name);
  });

  test('its policy forbids everything but its own style sheet', () => {
    const elements = elementsOf(page());
    const policy = elements.find((element) =>
      element.attrs.some(({ value }) => value === 'Content-Security-Policy'),
    );
    const style = elements.find((element) => element.tagName === 'style');
    const hash = createHash('sha256')
      .update(textOf(style as never))
      .digest('base64');
    expect(policy?.attrs.find(({ name }) => name === 'content')?.value).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(textOf(style as never)).not.toMatch(/url\(|@import|expression/);
  });

  test('shows what changed, what was tried, what was hidden and what it took', () => {
    const text = textOf(page());
    for (const part of [
      'The agent finished.',
      'Split the parser.',
      'src/parse.ts',
      'new name',
      'evil.example',
      'POST /v1/upload?x=1',
      'deploy/keys',
      'capture',
      '$0.42',
      '1.5 GiB',
      'pids hit',
      'ANTHROPIC_API_KEY',
    ]) {
      expect(text).toContain(part);
    }
  });

  test.each(HOSTILE)('text from outside stays text: %j', (hostile) => {
    const report = sampleReport();
    const paths = [{ path: hostile, reason: hostile }];
    const build = (text: string) =>
      page(
        {
          ...report,
          agent: { name: text, version: text, model: text, usage: {}, finalMessage: text },
          image: { ref: text, digest: text },
          phases: { [text]: 5 },
          workspace: { ...report.workspace, hidden: paths.map(() => ({ path: text, reason: text })) },
          changes: {
            ...report.changes,
            rejected: [{ path: text, reason: text }],
            sensitive: [{ path: text, reason: text }],
          },
          egress: {
            ...report.egress,
            hosts: report.egress.hosts.map((row) => ({
              ...row,
              host: text,
              rule: text,
              reasons: [text],
              requests: [text],
            })),
          },
          limits: { ...report.limits, hit: [text] },
          notices: [text],
          secretsPassed: [text || 'x'],
          error: { code: 'docker.failed', message: text, hint: text },
        },
        `diff --git a/x b/x\n--- a/x\n+++ b/${text.split('\n')[0]}\n@@ -1 +1 @@\n+${text.split('\n').join('\n+')}\n`,
        { ...changes, files: [{ path: text, oldPath: text, status: 'renamed' }] },
      );
    const shape = (document: ReturnType<typeof page>) =>
      elementsOf(document)
        .filter(({ tagName }) => tagName !== 'span')
        .map(({ tagName }) => tagName);
    const extra = shape(build(hostile)).filter((name) => !shape(build('plain')).includes(name));
    expect(extra).toEqual([]);
    expect(
      elementsOf(build(hostile)).filter(({ tagName }) => ['a', 'img', 'script'].includes(tagName)),
    ).toEqual([]);
    const outside = textOf(build(hostile), ({ tagName }) => tagName !== 'style').replaceAll('\n', '');
    expect(outside).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  test('a huge patch is shown in excerpts', () => {
    const body = Array.from({ length: 3_000 }, (_, at) => `+line ${at} ${'x'.repeat(1_000)}`).join('\n');
    const file = (name: number) =>
      `diff --git a/f${name} b/f${name}\n--- a/f${name}\n+++ b/f${name}\n@@ -0,0 +1,3000 @@\n${body}\n`;
    const html = renderHtml(
      sampleReport(),
      changes,
      Array.from({ length: 150 }, (_, at) => file(at)).join(''),
    );
    expect(html.length).toBeLessThan(3_000_000);
    expect(html).toContain('more lines');
    expect(html).toContain('more files');
  });
});

describe('a patch excerpt', () => {
  test('knows the files of a patch', () => {
    expect(excerptPatch(PATCH).sections.map(({ title }) => title)).toEqual([
      'src/index.ts',
      'new name',
      'gone',
      'logo.png',
    ]);
  });

  test('does not show the content of binary files', () => {
    expect(JSON.stringify(excerptPatch(PATCH))).not.toContain('KcmZQ');
  });

  test('a line of content that looks like a header is content', () => {
    const { sections } = excerptPatch(
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+diff --git a/y b/y\n',
    );
    expect(sections).toHaveLength(1);
    expect(sections[0]?.lines.at(-1)).toEqual({ kind: 'added', text: '+diff --git a/y b/y' });
  });
});
