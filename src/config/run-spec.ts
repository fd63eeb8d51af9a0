import type { JsonSchemaDocument } from '../core/json-schema.js';
import type { ModelBudget } from '../core/model-endpoint.js';
import type { SecretValue } from '../core/secret-values.js';
import type { AgentDefinition } from './agent-definition.js';

/**
 * What the user asked for, complete and checked for form: the result of flags/inputs > file > defaults. Everything
 * after this is planned from a RunSpec alone.
 */
export interface RunSpec {
  /** Absolute path of the workspace directory. */
  readonly workspace: string;
  /** Absolute path of the run directory, or `undefined` for the host's default place. */
  readonly out: string | undefined;
  readonly agent: AgentSpec;
  readonly image: ImageSpec;
  readonly view: ViewSpec;
  readonly network: NetworkSpec;
  readonly limits: LimitsSpec;
  /** Container runtime of the agent; `undefined`: the engine's default. */
  readonly runtime: string | undefined;
  readonly env: readonly EnvironmentEntry[];
  readonly patch: PatchPolicy;
  /** Keep the containers and the view after the run, for looking at them. */
  readonly keep: boolean;
}

export interface AgentSpec {
  /** `command` or the name of a known agent. */
  readonly name: string;
  /** What the user's own agent is; then `name` is the user's own too. */
  readonly definition?: AgentDefinition;
  /** The command after `--`; for `command` the whole command line, never empty. */
  readonly command: readonly string[];
  /** An interactive shell takes the agent's place, in the very sandbox that the agent would get. */
  readonly interactive?: true;
  /** Text of the prompt; files are already read. */
  readonly prompt: string | undefined;
  readonly model: string | undefined;
  /** More arguments for a known agent, already split into words. */
  readonly args: readonly string[];
  /** What may be spent on the model; enforced by the broker, for known agents. */
  readonly budget?: ModelBudget;
  /** JSON Schema of the answer; a valid one, which refers to nothing outside of itself. */
  readonly outputSchema?: JsonSchemaDocument;
  /** How an agent that failed is started again; absent: it is not. */
  readonly retry?: { readonly max: number; readonly delayMs: number };
}

export type ImageSpec =
  | { readonly kind: 'default' }
  | { readonly kind: 'reference'; readonly reference: string }
  /** `context`: absolute path of a directory with a Dockerfile. */
  | { readonly kind: 'build'; readonly context: string };

export interface ViewSpec {
  readonly mode: 'overlay' | 'read-only';
  /** Name of the ignore file, relative to the workspace; `.agentsignore` is always read too. */
  readonly ignoreFile: string;
  /** Patterns from `--ignore` and `workspace.ignore`, in order, after those of the root ignore file. */
  readonly ignore: readonly string[];
  readonly secrets: 'hide' | 'warn' | 'off';
  readonly git: 'snapshot' | 'history' | 'none';
  /** Full name of the commit that trusted configuration comes from; absent: the workspace itself is trusted. */
  readonly base?: string;
}

export interface NetworkSpec {
  readonly mode: 'block' | 'audit' | 'none';
  /** Rules as written, file first, then flags; `undefined` when nowhere given (then presets `defaults` apply). */
  readonly allow: readonly AllowEntry[] | undefined;
  /** What messages call each rule of `allow`: `cagent.yml:4:7: network.allow[0]` or `--allow`. */
  readonly allowPlaces?: readonly string[];
  /** Hosts and patterns whose blocked attempts are no news. */
  readonly knownBlocked?: readonly string[];
  /** Upstream resolvers of the gateway, `IP` or `IP:PORT`; empty: those of the host. */
  readonly resolvers: readonly string[];
  /** Docker network that the gateway goes out by. */
  readonly uplink: string;
  /** Docker networks that the gateway is in besides. */
  readonly attach?: readonly string[];
  /** Absolute path of a PEM file with extra roots for the gateway. */
  readonly caFile: string | undefined;
}

/** An entry of `network.allow`: text (preset, host, pattern, URL, address, CIDR) or the long form. */
export type AllowEntry = string | AllowObject;

export interface AllowObject {
  readonly dest: string;
  /** `443`, `"53/udp"`, `"5432/tcp"`. */
  readonly ports?: readonly (number | string)[];
  readonly http?: readonly { readonly methods?: readonly string[]; readonly paths?: readonly string[] }[];
  readonly private?: boolean;
  /** What may leave by this rule in the whole run: bytes, or a size such as `10m`. */
  readonly 'max-upload'?: number | string;
  /** HTTP requests that this rule lets through in the whole run. */
  readonly 'max-requests'?: number;
}

export interface LimitsSpec {
  /** CPUs, fractions allowed. */
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly pids: number;
  /** What the agent may write into the workspace, in bytes. */
  readonly diskBytes: number;
  readonly timeoutMs: number;
  /** Silence after which the agent is ended; absent: it may be silent. */
  readonly idleTimeoutMs?: number;
}

export interface EnvironmentEntry extends SecretValue {
  /** Taken from cagent's own environment (`--env NAME`): masked in every output. */
  readonly secret: boolean;
}

export interface PatchPolicy {
  readonly maxFiles: number;
  readonly maxKilobytes: number;
  /** Globs of paths that `cagent apply` refuses to change without a person. */
  readonly protected: readonly string[];
  /** The only paths that a patch may change; `undefined`: every path. */
  readonly allowed?: readonly string[];
  /** Globs of paths that are left out when a patch is applied. */
  readonly excluded?: readonly string[];
}
