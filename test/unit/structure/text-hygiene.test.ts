import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Files that are or will be committed. */
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  maxBuffer: 2 ** 26,
})
  .toString('utf8')
  .split('\0')
  .filter((path) => path !== '' && existsSync(path));

function offenders(pattern: RegExp, except: (path: string) => boolean = () => false): string[] {
  return files.filter((path) => !except(path) && pattern.test(readFileSync(path, 'latin1')));
}

describe('text hygiene', () => {
  it('no file holds a path of the machine it was written on', () => {
    const folders = ['main', 'shared', '\\.library'].join('|');
    expect(offenders(new RegExp(`(^|[^\\w.-])/work/(${folders})\\b`, 'm'))).toEqual([]);
  });

  it('test traffic stays off address ranges that build machines really use', () => {
    const forbidden = new RegExp(`\\b(${['192.0.2', '203.0.113'].join('|').replaceAll('.', '\\.')})\\.\\d`);
    const code = (path: string): boolean =>
      !/^(test|examples|bench|script)\//.test(path) || path.startsWith('test/unit/');
    expect(offenders(forbidden, code)).toEqual([]);
  });

  it('no committed file holds a private key', () => {
    const marker = new RegExp(`-----BEGIN ([A-Z]+ )?${'PRIVATE'} KEY-----\\s*[A-Za-z0-9+/]{40}`);
    expect(offenders(marker)).toEqual([]);
  });

  it('no merge is left half done', () => {
    expect(offenders(/^(<{7}|>{7}) /m, (path) => path.startsWith('dist/'))).toEqual([]);
  });
});
