import { type AgentDefinition, definitionProblems } from './agent-definition.js';
import { AGENT_NAMES } from './agent-names.js';
import type { ConfigFile } from './config-file.js';
import { foundAndAllowed } from './config-problems.js';
import { type Flags, flagLabel } from './flags.js';
import { alternatives } from './found.js';
import type { OptionName } from './options.js';
import type { MergedSettings, Settings } from './settings.js';

/** Which agent runs, and whether what the file says about its agent still applies. */
export interface AgentChoice {
  /** `undefined` when nothing names one. */
  readonly name: string | undefined;
  /** A command on the command line takes the place of the file's agent, prompt and all. */
  readonly replacesFile: boolean;
  readonly problems: readonly string[];
}

/** What a command on the command line makes void: all of it is about the file's agent. */
export const AGENT_SETTINGS = [
  'agent',
  'agent-define',
  'prompt',
  'prompt-file',
  'model',
  'agent-args',
  'output-schema',
  'max-retries',
  'retry-delay',
] as const;

/** Flag before command before file. */
export function chooseAgent(flags: Flags, flagSettings: Settings, file: Settings): AgentChoice {
  const { command } = flags;
  const named = flagSettings.agent;
  if (command === undefined) return { name: named ?? file.agent, replacesFile: false, problems: [] };
  const replacesFile = file.agent !== undefined && file.agent !== 'command';
  const problems =
    named === undefined || named === 'command'
      ? []
      : [
          `${flagLabel(flags, 'agent')}: found ${named} and a command, allowed: a known agent or a command, not both`,
        ];
  return { name: 'command', replacesFile, problems };
}

/** A name that nobody knows, and a definition that cannot be. */
export function nameProblems(flags: Flags, flagSettings: Settings, file: ConfigFile): readonly string[] {
  const { agent: own, 'agent-define': definition } = file.settings;
  const place = file.label('agent-define');
  const defined = definition === undefined ? [] : definitionProblems(definition);
  if (definition !== undefined && (own === undefined || isKnownName(own))) {
    return [
      `${place}: found a definition of ${own ?? 'nothing'}, allowed: with agent.use and a name of your own`,
    ];
  }
  const names: readonly string[] = definition === undefined ? AGENT_NAMES : [...AGENT_NAMES, own as string];
  const unknown = [
    [file.label('agent'), own],
    [flagLabel(flags, 'agent'), flagSettings.agent],
  ].filter(([, name]) => name !== undefined && !names.includes(name));
  return [
    ...unknown.map(([label, name]) => `${label}: ${foundAndAllowed(name, alternatives(names), names)}`),
    ...defined.map((problem) => `${place}: ${problem}`),
  ];
}

/** The definition of the agent that was chosen, when it is the user's own. */
export function definitionOf(
  { name }: Pick<AgentChoice, 'name'>,
  file: Settings,
): AgentDefinition | undefined {
  return name !== undefined && name === file.agent ? file['agent-define'] : undefined;
}

function isKnownName(name: string): boolean {
  return (AGENT_NAMES as readonly string[]).includes(name);
}

/** What keeps the chosen agent from being started: no name, no prompt, no command, arguments that nobody takes. */
export function checkAgent(
  flags: Flags,
  { name, problems }: AgentChoice,
  file: ConfigFile,
  settings: MergedSettings,
): readonly string[] {
  if (problems.length > 0) return problems;
  const [agentWay, commandWay] =
    flags.origin === 'option' ? ['--agent NAME', 'a command after --'] : ['the input agent', 'the input run'];
  const label = flags.values.agent === undefined ? file.label('agent') : flagLabel(flags, 'agent');
  if (name === undefined) {
    return [
      `no agent and no command is given, allowed: ${agentWay}, agent.use in cagent.yml, or ${commandWay}`,
    ];
  }
  if (name !== 'command') {
    if (definitionOf({ name }, file.settings)?.prompt === 'none') return [];
    const hasPrompt = settings.prompt !== undefined || settings['prompt-file'] !== undefined;
    return hasPrompt
      ? []
      : [`${label}: ${name} has no prompt, allowed: an agent with a prompt or a prompt-file`];
  }
  return [...checkCommand(flags, label, commandWay), ...checkUseless(flags, file, settings)];
}

function checkCommand({ command }: Flags, label: string, way: string): readonly string[] {
  if (command === undefined) return [`${label}: command has no command, allowed: command with ${way}`];
  return (command[0] ?? '') === ''
    ? [`the command is empty, allowed: the name of a program first in ${way}`]
    : [];
}

/** What only a known agent can take. */
function checkUseless(flags: Flags, file: ConfigFile, settings: MergedSettings): readonly string[] {
  const label = (name: OptionName): string =>
    flags.values[name] === undefined ? file.label(name) : flagLabel(flags, name);
  const useless: string[] = [];
  if ((settings['agent-args'] ?? []).length > 0) {
    useless.push(
      `${label('agent-args')}: arguments for a known agent, but the agent is a command, allowed: arguments in the command itself`,
    );
  }
  if (settings['output-schema'] !== undefined) {
    useless.push(
      `${label('output-schema')}: a schema for the answer of an agent, but the agent is a command, allowed: a schema with a known agent`,
    );
  }
  return useless;
}
