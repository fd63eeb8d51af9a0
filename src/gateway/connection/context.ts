import type { EgressPolicy } from '../../egress/policy.js';
import type { SyntheticNames } from '../names/synthetic-names.js';
import type { EgressLog } from '../record/egress-log.js';
import type { Dial } from '../upstream/dial.js';
import type { Budgets } from './budgets.js';
import type { Connections } from './connections.js';

/** What everything that handles the agent's traffic works with. */
export interface TrafficContext {
  readonly policy: EgressPolicy;
  readonly names: SyntheticNames;
  readonly log: EgressLog;
  readonly dial: Dial;
  readonly connections: Connections;
  readonly budgets: Budgets;
}

/** Where the agent wants to go: known from the synthetic address and the port that it connected to. */
export interface Destination {
  readonly name: string;
  readonly port: number;
}
