import type { ValueType } from './value-type.js';

/** One setting, described once: command line, action, cagent.yml and documentation are made from this. */
export interface OptionSpec {
  /** Heading that it stands under in help and documentation. */
  readonly topic: Topic;
  readonly type: ValueType<unknown>;
  /** How a value looks in help, e.g. `DIR`; absent for switches. */
  readonly placeholder?: string;
  /** One letter. */
  readonly short?: string;
  /** Dotted path in cagent.yml; absent: it cannot be set there. */
  readonly key?: string;
  /** Of `run` and `plan`. Other commands name theirs in src/cli/command-specs. */
  readonly onCommandLine: boolean;
  readonly isInput: boolean;
  /** In the notation of the command line; for lists one item each. */
  readonly default?: string | readonly string[];
  /** What happens without a value, where that is not a value. */
  readonly otherwise?: string;
  readonly description: string;
}

export type Topic = 'run' | 'agent' | 'image' | 'workspace' | 'network' | 'limits' | 'budget' | 'patch';

export type OptionTable = Readonly<Record<string, OptionSpec>>;
