import type { PresetHost } from './preset.js';

/**
 * What known agents ask for besides their model, and do without when it is refused. The attempts are on record like
 * all others, but they are no news: nobody should learn to overlook warnings because of them.
 */
export const TELEMETRY: readonly PresetHost[] = [
  { host: 'statsig.anthropic.com', reason: 'feature flags and usage statistics of Claude Code' },
  { host: 'ab.chatgpt.com', reason: 'metrics of Codex' },
  { host: 'play.googleapis.com', reason: 'usage statistics of Gemini CLI' },
  { host: 'copilot-telemetry.githubusercontent.com', reason: 'usage statistics of Copilot CLI' },
  { host: 'models.opencode.ai', reason: 'model catalogue of opencode, which has its own copy' },
  { host: 'us.i.posthog.com', reason: 'usage statistics of aider' },
];
