import type { ByteText } from './byte-text.js';
import { compileIgnoreList, lastMatch } from './ignore-list.js';
import { parseIgnoreLine } from './ignore-pattern.js';

/**
 * Files that coding agents take instructions, tools or rights from, at any depth, in gitignore syntax. Letter case does
 * not count. For a pull request they come from its base commit.
 */
export const AGENT_CONFIGURATION: readonly string[] = words(`
  .claude/ .claude.json CLAUDE.md CLAUDE.local.md .codex/ .gemini/ GEMINI.md .geminiignore .opencode/
  opencode.json opencode.jsonc AGENTS.md AGENT.md AGENTS.override.md .agents/ .mcp.json
  mcp.json .cursor/ .cursorrules .cursorignore .cursorindexingignore .windsurf/ .windsurfrules .clinerules
  .roo/ .roorules .kiro/ .junie/ .amp/ .copilot/ copilot-instructions.md
  .github/instructions/ .github/prompts/ .github/chatmodes/ .github/agents/ .github/skills/ .github/hooks/
  .github/copilot/ copilot-setup-steps.yml .aider* .continue/ .goosehints SKILL.md`);

/** Files that decide what cagent itself does. */
export const CAGENT_POLICY: readonly string[] = words(`
  cagent.yml cagent.yaml .agentignore .agentsignore .aiignore .aiexclude .cagent-secrets-allow`);

/**
 * A link here would lead to configuration whose patterns name the directory that it stands for. Other links lead to
 * places where the same patterns hold.
 */
export const CONFIGURATION_PARENT = '.github';

/**
 * Answers which paths are configuration: the topmost one of a path and the directories above it that is, `undefined`
 * for none. A pattern for a directory counts for whatever has its name, since a link may lead to one. `more`: paths
 * that are configuration as well.
 */
export function configurationRoots(more: Iterable<ByteText>): (path: ByteText) => ByteText | undefined {
  const patterns = [...AGENT_CONFIGURATION, ...CAGENT_POLICY].map((pattern) => pattern.toLowerCase());
  const list = compileIgnoreList(patterns.flatMap((pattern, line) => parseIgnoreLine(pattern, line) ?? []));
  const exact = new Set(more);
  const directories = new Map<ByteText, ByteText | undefined>();

  const rootOf = (path: ByteText): ByteText | undefined => {
    const slash = path.lastIndexOf('/');
    const above = slash === -1 ? undefined : rootOfDirectory(path.slice(0, slash));
    if (above !== undefined) return above;
    const name = path.slice(slash + 1).toLowerCase();
    const matches = exact.has(path) || lastMatch(list, path.toLowerCase(), name, true) !== undefined;
    return matches ? path : undefined;
  };
  const rootOfDirectory = (directory: ByteText): ByteText | undefined => {
    if (directories.has(directory)) return directories.get(directory);
    const root = rootOf(directory);
    directories.set(directory, root);
    return root;
  };
  return rootOf;
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
