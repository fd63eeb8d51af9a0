import { isAbsolute } from 'node:path';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import {
  AGENT_SETTINGS,
  type AgentChoice,
  checkAgent,
  chooseAgent,
  definitionOf,
  nameProblems,
} from './agent-choice.js';
import type { BaseFiles, OpenBase } from './base-files.js';
import { BUDGET_NAMES, type BudgetOption, budgetOf, budgetProblems } from './budget.js';
import { type ConfigFile, loadConfig } from './config-file.js';
import { exclusiveProblems, networkProblems, without, withoutReplaced } from './contradictions.js';
import { environmentEntries } from './environment-entries.js';
import { type Flags, flagLabel } from './flags.js';
import { quote } from './found.js';
import {
  locateBuildContext,
  locateIgnoreFile,
  locateRoots,
  type NamedPath,
  type Places,
  readOutputSchema,
  readPrompt,
} from './named-files.js';
import { OPTIONS, type OptionName } from './options.js';
import { outDirectory } from './out-directory.js';
import { promptOfEvent } from './prompt/event-prompt.js';
import type { AgentSpec, ImageSpec, NetworkSpec, PatchPolicy, RunSpec } from './run-spec.js';
import { type MergedSettings, mergeSettings, type Settings, settingsFromFlags } from './settings.js';
import { workspaceDirectory } from './workspace-directory.js';

export interface ResolveRequest {
  readonly flags: Flags;
  /** Where relative paths of flags start. */
  readonly cwd: string;
  /** Where `--env NAME` takes values from. */
  readonly environment: Environment;
  /**
   * `shell` needs no agent and no prompt; one that is named gives the sandbox. `build` needs images only: no agent,
   * command or prompt is asked for, and none is checked.
   */
  readonly purpose: 'run' | 'shell' | 'build';
  /** Needed where the flags may have `base`. */
  readonly openBase?: OpenBase;
}

/**
 * What the user asked for, from flags or inputs, cagent.yml and defaults, in that order. Reads the configuration
 * and the files that it names; writes nothing.
 *
 * Throws `config.workspace`, `config.unreadable`, `config.syntax`, `config.out`, and `config.invalid` with every
 * problem that was found, one after another.
 */
export async function resolveRunSpec(request: ResolveRequest): Promise<RunSpec> {
  const { flags, cwd } = request;
  const sources = await readSources(flags, cwd, request.openBase);
  const { settings, places } = sources;
  const env = environmentEntries(settings.env ?? [], request.environment, flagLabel(flags, 'env'));
  refuse([...contradictions(flags, sources), ...agentProblems(request, sources), ...env.problems]);
  const named = namedPaths(sources, flags);
  return {
    workspace: places.workspace,
    out: await outDirectory(settings.out, cwd, places.workspace),
    agent: await agentSpec(request, sources, named),
    image: await imageSpec(settings, named('image-build'), places),
    view: {
      mode: settings.mode,
      ignoreFile: await locateIgnoreFile(
        named('ignore-file') ?? {
          label: 'workspace.ignore-file',
          text: settings['ignore-file'],
          from: 'file',
        },
        places,
        OPTIONS['ignore-file'].default,
      ),
      ignore: settings.ignore ?? [],
      secrets: settings.secrets,
      git: settings.git,
      ...(places.base === undefined ? {} : { base: places.base.commit }),
    },
    network: {
      mode: settings.network,
      allow: settings.network === 'none' ? [] : settings.allow,
      ...allowPlaces(sources, flags),
      knownBlocked: settings['known-blocked'] ?? [],
      resolvers: settings.resolver ?? [],
      uplink: settings.uplink,
      ...(settings.attach === undefined ? {} : { attach: settings.attach }),
      caFile: await optional(named('ca-file'), (path) => locateRoots(path, places)),
    },
    limits: {
      cpus: settings.cpus,
      memoryBytes: settings.memory,
      pids: settings.pids,
      diskBytes: settings.disk,
      timeoutMs: settings.timeout,
      ...(settings['idle-timeout'] === undefined ? {} : { idleTimeoutMs: settings['idle-timeout'] }),
    },
    runtime: settings.runtime,
    env: env.entries,
    patch: patchPolicy(settings),
    keep: settings.keep,
  };
}

/** The patch policy of a checkout, for `cagent apply`. Throws like {@link resolveRunSpec}. */
export async function resolvePatchPolicy(
  flags: Flags,
  cwd: string,
  openBase?: OpenBase,
): Promise<{ readonly workspace: string; readonly patch: PatchPolicy }> {
  const sources = await readSources(flags, cwd, openBase);
  const { settings, places } = sources;
  refuse(contradictions(flags, sources));
  return { workspace: places.workspace, patch: patchPolicy(settings) };
}

/** What keeps the agent from being started; a shell has no prompt and no arguments. */
function agentProblems({ flags, purpose }: ResolveRequest, sources: Sources): readonly string[] {
  const { choice, file, settings } = sources;
  if (purpose === 'build') return [];
  const shell = purpose === 'shell';
  return [
    ...(shell ? choice.problems : checkAgent(flags, choice, file, settings)),
    ...budgetProblems(
      settings,
      budgetedName(sources) ?? (shell ? 'command' : undefined),
      labelOf(sources, flags),
    ),
  ];
}

/** An agent without a broker is to a budget what a command is: nobody sees its model. */
function budgetedName({ choice, file }: Sources): string | undefined {
  const definition = definitionOf(choice, file.settings);
  return definition !== undefined && definition.provider === undefined ? 'command' : choice.name;
}

/** The patch policy of a configuration alone, for a checkout that is not here. */
export function patchPolicyOf(file: ConfigFile): PatchPolicy {
  return patchPolicy(mergeSettings(file.settings, {}));
}

interface Sources {
  readonly places: Places;
  readonly file: ConfigFile;
  readonly flagSettings: Settings;
  readonly choice: AgentChoice;
  /** All sources in one. */
  readonly settings: MergedSettings;
  /** The file's settings that still count. */
  readonly fileSettings: Settings;
}

async function readSources(flags: Flags, cwd: string, openBase: OpenBase | undefined): Promise<Sources> {
  const { settings: flagSettings, problems } = settingsFromFlags(flags);
  refuse(problems);
  const workspace = await workspaceDirectory(flagSettings.workspace, cwd);
  const base = await openTrusted(flagSettings.base, workspace, openBase);
  const places = { workspace, cwd, base };
  const file = await loadConfig(flagSettings.config, places);
  const choice = chooseAgent(flags, flagSettings, file.settings);
  const replaced: readonly OptionName[] = choice.replacesFile ? [...AGENT_SETTINGS, ...BUDGET_NAMES] : [];
  const fileSettings = without(withoutReplaced(file.settings, flagSettings), replaced);
  return {
    places,
    file,
    flagSettings,
    choice,
    settings: mergeSettings(fileSettings, flagSettings),
    fileSettings,
  };
}

async function openTrusted(
  base: string | undefined,
  workspace: string,
  openBase: OpenBase | undefined,
): Promise<BaseFiles | undefined> {
  if (base === undefined || base === 'none') return undefined;
  if (openBase === undefined) throw new CagentError('internal.bug', 'The base commit cannot be opened here.');
  return openBase(workspace, base);
}

/** Settings that exclude each other, whatever they are wanted for. */
function contradictions(flags: Flags, { file, flagSettings }: Sources): readonly string[] {
  return [
    ...exclusiveProblems(flagSettings, (name) => flagLabel(flags, name)),
    ...exclusiveProblems(file.settings, file.label),
    ...networkProblems(flags, flagSettings, file),
    ...nameProblems(flags, flagSettings, file),
  ];
}

/** What messages call a setting: the flag or input that gave it, or its key in the file. */
function labelOf({ file, flagSettings }: Sources, flags: Flags): (name: BudgetOption) => string {
  return (name) => (flagSettings[name] === undefined ? file.label(name) : flagLabel(flags, name));
}

type NamedOption = 'prompt-file' | 'event' | 'output-schema' | 'image-build' | 'ignore-file' | 'ca-file';

/** What messages call each rule, in the order in which the lists are joined. */
function allowPlaces(
  { file, fileSettings, flagSettings }: Sources,
  flags: Flags,
): Pick<NetworkSpec, 'allowPlaces'> {
  const places = [
    ...(fileSettings.allow ?? []).map((_, index) => file.label('allow', index)),
    ...(flagSettings.allow ?? []).map(() => flagLabel(flags, 'allow')),
  ];
  return places.length === 0 ? {} : { allowPlaces: places };
}

/** Where a path came from decides what it is relative to. */
function namedPaths({ file, flagSettings, fileSettings }: Sources, flags: Flags) {
  return (name: NamedOption): NamedPath | undefined => {
    const flag = flagSettings[name];
    if (flag !== undefined) return { label: flagLabel(flags, name), text: flag, from: 'flag' };
    const text = fileSettings[name];
    if (text === undefined) return undefined;
    // Roots are public, only certificates are read from their file, and often they are part of the machine.
    const from = name === 'ca-file' && isAbsolute(text) ? 'flag' : 'file';
    return { label: file.label(name), text, from };
  };
}

async function agentSpec(
  request: ResolveRequest,
  sources: Sources,
  named: (name: NamedOption) => NamedPath | undefined,
): Promise<AgentSpec> {
  const { choice, settings, places } = sources;
  const budget = budgetOf(settings);
  const schemaFile = request.purpose === 'run' ? named('output-schema') : undefined;
  const outputSchema = await optional(schemaFile, (file) => readOutputSchema(file, places));
  const { 'max-retries': max, 'retry-delay': delayMs } = settings;
  const definition = definitionOf(choice, sources.file.settings);
  return {
    name: choice.name ?? 'command',
    ...(definition === undefined ? {} : { definition }),
    command: request.flags.command ?? [],
    ...(request.purpose === 'shell' ? { interactive: true } : {}),
    prompt: await promptOf(request, sources, named),
    model: settings.model,
    args: settings['agent-args'] ?? [],
    ...(budget === undefined ? {} : { budget }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(max === 0 || request.purpose === 'shell' ? {} : { retry: { max, delayMs } }),
  };
}

/** The text of the prompt, wherever it is written, with the facts of the event. */
async function promptOf(
  { flags, environment, purpose }: ResolveRequest,
  { settings, places, file, flagSettings }: Sources,
  named: (name: NamedOption) => NamedPath | undefined,
): Promise<string | undefined> {
  if (purpose !== 'run') return undefined;
  const promptFile = named('prompt-file');
  const text = promptFile === undefined ? settings.prompt : await readPrompt(promptFile, places);
  if (text === undefined) return undefined;
  const own = flagSettings.prompt === undefined ? file.label('prompt') : flagLabel(flags, 'prompt');
  const label = promptFile === undefined ? own : `${promptFile.label}: ${quote(promptFile.text)}`;
  return promptOfEvent({ text, label }, named('event'), environment, places);
}

async function imageSpec(
  settings: MergedSettings,
  build: NamedPath | undefined,
  places: Places,
): Promise<ImageSpec> {
  if (build !== undefined) return { kind: 'build', context: await locateBuildContext(build, places) };
  if (settings.image !== undefined) return { kind: 'reference', reference: settings.image };
  return { kind: 'default' };
}

function patchPolicy(settings: MergedSettings): PatchPolicy {
  return {
    maxFiles: settings['patch-max-files'],
    maxKilobytes: settings['patch-max-kilobytes'],
    protected: settings['patch-protected'],
    ...(settings['patch-allowed'] === undefined ? {} : { allowed: settings['patch-allowed'] }),
    ...(settings['patch-excluded'] === undefined ? {} : { excluded: settings['patch-excluded'] }),
  };
}

async function optional<T, R>(value: T | undefined, then: (value: T) => Promise<R>): Promise<R | undefined> {
  return value === undefined ? undefined : then(value);
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new CagentError('config.invalid', problems.join('; '));
}
