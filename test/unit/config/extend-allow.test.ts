import { describe, expect, it } from 'vitest';
import { extendAllow } from '../../../src/config/extend-allow.js';

const FILE = `# ours
version: 1
network:
  mode: audit # for this week
  allow:
    - node # the registry
    - dest: db.internal
      private: true
limits: { cpus: 2 }
`;

describe('an allow list from audit runs', () => {
  it('is added to the file, and everything else in it stays', () => {
    const { text, added } = extendAllow(
      FILE,
      ['- node', '- api.example.com', '- { dest: db.example.com, ports: [5432] }'],
      'cagent.yml',
    );
    expect(text).toBe(
      FILE.replace(
        '      private: true\n',
        '      private: true\n    - api.example.com\n    - { dest: db.example.com, ports: [ 5432 ] }\n',
      ),
    );
    expect(added).toEqual(['"api.example.com"', '{"dest":"db.example.com","ports":[5432]}']);
  });

  it('changes nothing where everything is allowed already, however it is written', () => {
    const items = ['- node', '- {dest: db.internal, private: true}', '# and more than fit here'];
    expect(extendAllow(FILE, items, 'cagent.yml')).toEqual({ text: FILE, added: [] });
  });

  it.each([
    ['no file', undefined],
    ['a file without a network', 'version: 1\n'],
    ['a network without a list', 'version: 1\nnetwork:\n  mode: audit\n'],
    ['an empty list', 'version: 1\nnetwork: { allow: [] }\n'],
  ])('is begun in %s', (_, text) => {
    const result = extendAllow(text, ['- node', '- node', '- a.example.com'], 'cagent.yml');
    expect(result.added).toEqual(['"node"', '"a.example.com"']);
    expect(extendAllow(result.text, ['- node', '- a.example.com'], 'cagent.yml').added).toEqual([]);
  });

  it('a file that is no configuration is refused and not made worse', () => {
    expect(() => extendAllow('version: 1\nnetwrk: {}\n', ['- node'], 'cagent.yml')).toThrow('netwrk');
  });

  it('an entry that no configuration may have is refused', () => {
    expect(() => extendAllow(FILE, ['- { dest: x.example.com, evil: true }'], 'cagent.yml')).toThrow('evil');
  });
});
