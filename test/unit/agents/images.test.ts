import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KNOWN_AGENTS } from '../../../src/agents/known-agents.js';
import { planImages } from '../../../src/image/plan-images.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const agents = Object.values(KNOWN_AGENTS);

describe('the image of an agent', () => {
  it.each(agents)(
    '$name installs the version that the agent file names, checked by hash',
    ({ name, package: { ecosystem, name: packageName, version } }) => {
      const directory = join(ROOT, 'docker/agents', name);
      if (ecosystem === 'pypi') {
        const lines = readFileSync(join(directory, 'requirements.txt'), 'utf8')
          .replaceAll('\\\n', '')
          .split('\n')
          .filter(Boolean);
        expect(lines.some((line) => line.startsWith(`${packageName}==${version} `))).toBe(true);
        expect(lines.filter((line) => !line.includes('--hash=sha256:'))).toEqual([]);
        return;
      }
      const lock = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')) as {
        packages: Record<string, { version?: string; integrity?: string }>;
      };
      expect(lock.packages[`node_modules/${packageName}`]?.version).toBe(version);
      const unchecked = Object.entries(lock.packages).filter(
        ([path, { integrity }]) => path !== '' && integrity === undefined,
      );
      expect(unchecked).toEqual([]);
    },
  );

  it.each(agents)(
    '$name is a layer on the sandbox image, and has another name when either changes',
    ({ name }) => {
      expect(existsSync(join(ROOT, 'docker/agents', name, 'Dockerfile'))).toBe(true);
      const { sandbox } = planImages({ kind: 'default' }, ROOT, name);
      const base = planImages({ kind: 'default' }, ROOT).sandbox;
      expect(sandbox).toMatchObject({ kind: 'build', own: true, base });
      expect(sandbox.reference).toMatch(new RegExp(`^cagent-${name}:[0-9a-f]{16}$`));
    },
  );

  it('does not matter where the user names an image', () => {
    expect(planImages({ kind: 'reference', reference: 'mine' }, ROOT, 'claude').sandbox).toEqual({
      kind: 'pull',
      reference: 'mine',
    });
  });
});
