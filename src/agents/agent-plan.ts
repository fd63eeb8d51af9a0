import type { EnvironmentEntry, RunSpec } from '../config/run-spec.js';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { JsonSchemaDocument } from '../core/json-schema.js';
import type { ModelBudget, ModelProvider, ModelUpstream } from '../core/model-endpoint.js';
import type { Agent, AgentFile } from './agent.js';
import { definedAgent, PROMPT_PATH } from './defined-agent.js';
import { knownAgent } from './known-agents.js';
import {
  awsRegion,
  chooseProvider,
  type ModelCredential,
  modelCredential,
  modelUpstream,
} from './model-access.js';
import { promptText } from './prompt.js';

/** What is run in the sandbox for an agent. Readonly JSON without a secret. */
export interface AgentPlan {
  readonly name: string;
  /** What our own image of the agent has; absent for `command` and for images of the user's. */
  readonly version: string | undefined;
  /** Program and arguments; never through a shell. */
  readonly command: readonly string[];
  /** What the agent is asked, however it gets it. */
  readonly prompt: string | undefined;
  /** Text for standard input instead of our own, when the agent takes its prompt there. */
  readonly stdin: string | undefined;
  /** Hosts that the agent reaches by itself; with a broker it needs none. */
  readonly hosts: readonly string[];
  /** Variables for the agent: placeholder keys, base URLs of brokers, opt-outs. */
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly AgentFile[];
  /** Ignore patterns of what it must not read from the repository. */
  readonly hidden: readonly string[];
  readonly brokers: readonly BrokerPlan[];
}

/** A model API that the gateway offers to the agent; the key is added there. */
export interface BrokerPlan {
  readonly provider: ModelProvider;
  /** On the gateway's link address. */
  readonly port: number;
  readonly upstream: ModelUpstream;
  /** The user wrote the base URL out, so its address may be private. */
  readonly private: boolean;
  readonly budget: ModelBudget;
}

export interface AgentSurroundings {
  /** cagent's own: base URLs, and which keys there are. */
  readonly environment: Environment;
  /** Address of the gateway on the link. */
  readonly brokerAddress: string;
  /** Whether the workspace in the sandbox is a repository. */
  readonly git: boolean;
}

/** Any port would do: the gateway has no listener of its own there. */
const BROKER_PORTS: Readonly<Record<ModelProvider, number>> = {
  anthropic: 8101,
  openai: 8102,
  google: 8103,
  'openai-compatible': 8102,
  bedrock: 8104,
  vertex: 8105,
};

/**
 * Decides the command of an agent and what it is given. Pure.
 * @throws CagentError `config.invalid` for settings that the agent cannot work with
 */
export function planAgent(spec: RunSpec, surroundings: AgentSurroundings): AgentPlan {
  const { environment, brokerAddress, git } = surroundings;
  const { name, prompt, model, outputSchema, args } = spec.agent;
  const agent =
    spec.agent.definition === undefined ? knownAgent(name) : definedAgent(name, spec.agent.definition);
  const asked = agent?.structuredOutput === 'prompt' ? outputSchema : undefined;
  const sent = prompt === undefined ? undefined : promptText(prompt, spec.view.mode, asked);
  if (agent === undefined) {
    return {
      name,
      version: undefined,
      command: spec.agent.command,
      prompt: sent,
      stdin: sent,
      hosts: [],
      env: {},
      files: [],
      hidden: [],
      brokers: [],
    };
  }
  const broker = planBroker(agent, spec, environment);
  if (agent.needsModel && model === undefined) {
    throw new CagentError(
      'config.invalid',
      `agent.model: ${name} cannot choose a model by itself, allowed: the name of a model`,
      { hint: 'Give it with --model, the input model, or agent.model in cagent.yml.' },
    );
  }
  const { command, env, files } = agent.invoke({
    provider: broker?.provider ?? 'openai-compatible',
    endpoint: broker === undefined ? '' : `http://${brokerAddress}:${broker.port}`,
    model,
    args,
    git,
    outputSchema: withoutDialect(outputSchema),
    ...(broker?.provider === 'bedrock' ? { region: awsRegion(environment) } : {}),
  });
  refuseReserved(spec.env, env, name);
  const byFile = agent.prompt === 'file' && sent !== undefined;
  return {
    name,
    version: spec.image.kind === 'default' ? knownAgent(name)?.package.version : undefined,
    command,
    prompt: agent.prompt === 'none' ? undefined : sent,
    // Not our own: an agent that reads it would wait for a person.
    stdin: (agent.prompt ?? 'stdin') === 'stdin' ? sent : '',
    hosts: agent.hosts ?? [],
    env,
    files: byFile ? [...files, { path: PROMPT_PATH, content: sent }] : files,
    hidden: agent.hidden ?? [],
    brokers: broker === undefined ? [] : [broker],
  };
}

/** An agent that checks the schema knows one dialect and refuses the name of another: Claude Code that of 2020-12. */
function withoutDialect(schema: JsonSchemaDocument | undefined): JsonSchemaDocument | undefined {
  if (schema === undefined) return undefined;
  const { $schema: _, ...rest } = schema;
  return rest;
}

function planBroker(agent: Agent, spec: RunSpec, environment: Environment): BrokerPlan | undefined {
  if (agent.providers.length === 0) return undefined;
  if (spec.network.mode === 'none') {
    throw new CagentError(
      'config.invalid',
      `network.mode: none leaves ${spec.agent.name} without its model, allowed with it: block or audit`,
    );
  }
  const provider = chooseProvider(agent, spec.agent.model, environment);
  const { upstream, written } = modelUpstream(provider, environment);
  return {
    provider,
    port: BROKER_PORTS[provider],
    upstream,
    private: written,
    budget: spec.agent.budget ?? {},
  };
}

/**
 * The real keys for the brokers of a plan.
 * @throws CagentError `config.key`
 */
export function agentCredentials(
  plan: AgentPlan,
  environment: Environment,
): ReadonlyMap<ModelProvider, ModelCredential> {
  return new Map(
    plan.brokers.flatMap(({ provider }) => {
      const credential = modelCredential(provider, environment);
      return credential === undefined ? [] : [[provider, credential] as const];
    }),
  );
}

/** For a plan, which needs no key: the one that a run will ask for. */
export function missingKeys(plan: AgentPlan, environment: Environment): readonly string[] {
  try {
    agentCredentials(plan, environment);
    return [];
  } catch (thrown) {
    const { message, hint } = thrown as CagentError;
    return [`A run will be refused: ${message}. ${hint}`];
  }
}

/** Entries of `--env` that the agent gets. Keys that brokers add are left out: it has placeholders of the same names. */
export function agentEnvironment(
  entries: readonly EnvironmentEntry[],
  plan: AgentPlan,
): { readonly entries: readonly EnvironmentEntry[]; readonly notices: readonly string[] } {
  const replaced = entries.filter((entry) => Object.hasOwn(plan.env, entry.name));
  return {
    entries: entries.filter((entry) => !replaced.includes(entry)),
    notices: replaced.map(
      ({ name }) => `${name} stays outside: ${plan.name} gets its own value for the broker of the gateway.`,
    ),
  };
}

/** A value written out contradicts ours; one from cagent's environment is what the broker uses, and stays outside. */
function refuseReserved(
  entries: readonly EnvironmentEntry[],
  env: Readonly<Record<string, string>>,
  agent: string,
): void {
  const refused = entries
    .filter((entry) => !entry.secret && Object.hasOwn(env, entry.name))
    .map((entry) => entry.name);
  if (refused.length === 0) return;
  throw new CagentError(
    'config.invalid',
    `env: ${refused.join(', ')} is set by cagent for ${agent}, allowed: other variables`,
    {
      hint: 'Base URLs and keys are taken from the environment of cagent itself; `cagent plan` shows what the agent gets.',
    },
  );
}
