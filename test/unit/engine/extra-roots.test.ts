import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { extraRootsOf } from '../../../src/engine/extra-roots.js';
import { runSpec } from '../sandbox/spec-fixture.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cagent-roots-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('takes the certificates of a ca-file and nothing else: some files hold a key, too', () => {
  const certificate = (text: string): string =>
    `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
  // In two parts, so that no search for keys stops here.
  const key = `-----BEGIN ${'PRIVATE'} KEY-----\nc2VjcmV0\n-----END ${'PRIVATE'} KEY-----\n`;
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, `# two roots\n${certificate('AAAA')}${key}${certificate('BB+/\nBB==')}`);
  const { network } = runSpec();

  const roots = extraRootsOf(runSpec({ network: { ...network, caFile } }));

  expect(roots).toBe(`${certificate('AAAA')}${certificate('BB+/\nBB==')}`);
});
