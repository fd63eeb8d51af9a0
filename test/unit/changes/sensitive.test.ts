import { expect, test } from 'vitest';
import { packageManifestReason } from '../../../src/changes/package-scripts.js';
import { sensitivePathReason } from '../../../src/changes/sensitive.js';

test.each([
  ['.github/workflows/ci.yml', 'workflow'],
  ['.GitHub/Workflows/CI.yml', 'workflow'],
  ['.github/actions/x/action.yml', 'action'],
  ['docs/CODEOWNERS', 'code owners'],
  ['.husky/pre-commit', 'git hook'],
  ['.pre-commit-config.yaml', 'git hook'],
  ['lefthook.yml', 'git hook'],
  ['sub/package-lock.json', 'lockfile'],
  ['Cargo.lock', 'lockfile'],
  ['go.sum', 'lockfile'],
  ['.claude/settings.json', 'agent configuration'],
  ['packages/x/CLAUDE.md', 'agent configuration'],
  ['agents.md', 'agent configuration'],
  ['.mcp.json', 'agent configuration'],
  ['opencode.json', 'agent configuration'],
  ['.gemini/settings.json', 'agent configuration'],
  ['.codex/config.toml', 'agent configuration'],
  ['.cursor/rules/a.mdc', 'agent configuration'],
  ['.github/copilot-instructions.md', 'agent configuration'],
  ['cagent.yml', 'cagent policy'],
  ['.agentignore', 'cagent policy'],
  ['.gitattributes', 'git attributes'],
  ['.gitmodules', 'submodules'],
  ['Makefile', 'build script'],
  ['setup.py', 'build script'],
  ['crates/x/build.rs', 'build script'],
  ['app/build.gradle.kts', 'build script'],
  ['.npmrc', 'package manager'],
  ['Dockerfile.dev', 'container'],
  ['.devcontainer/devcontainer.json', 'container'],
  ['.vscode/tasks.json', 'editor'],
  ['.idea/workspace.xml', 'editor'],
  ['.envrc', 'shell'],
  ['.direnvrc', 'shell'],
  ['flake.nix', 'build'],
  ['.bashrc', 'shell'],
  ['.env.local', 'environment'],
])('a change of %s is sensitive: %s', (path, reason) => expect(sensitivePathReason(path)).toContain(reason));

test.each([
  'src/index.ts',
  'README.md',
  'docs/workflow.md',
  'test/hooks/use-x.ts',
  'locks/package.lock.ts',
  'Make.ts',
])('a change of %s is not sensitive', (path) => expect(sensitivePathReason(path)).toBeUndefined());

test('a package manifest is sensitive for what runs or is fetched, not for its description', () => {
  const base = JSON.stringify({ name: 'x', version: '1', scripts: { test: 'a' } });
  const change = (more: object): string | undefined =>
    packageManifestReason(base, JSON.stringify({ name: 'x', version: '2', scripts: { test: 'a' }, ...more }));
  expect(change({ description: 'new' })).toBeUndefined();
  expect(change({ scripts: { test: 'a', postinstall: 'curl evil' } })).toBe(
    'package manifest: package scripts (postinstall)',
  );
  expect(change({ dependencies: { left: '1' } })).toBe('package manifest: dependencies');
  expect(packageManifestReason(base, '{')).toContain('could not be read');
  expect(packageManifestReason(undefined, base)).toContain('scripts');
  expect(packageManifestReason(base, undefined)).toContain('scripts');
});
