import type { OptionTable } from '../option.js';
import { duration, fraction, integer, size } from '../value-type.js';

const KIBI = 2 ** 10;
const MEBI = 2 ** 20;
const PEBI = 2 ** 50;
const DAY = 86_400_000;

export const LIMITS_OPTIONS = {
  cpus: {
    topic: 'limits',
    type: fraction(0.01, 1024),
    placeholder: 'NUMBER',
    key: 'limits.cpus',
    onCommandLine: true,
    isInput: true,
    default: '2',
    description: 'CPUs, fractions allowed.',
  },
  memory: {
    topic: 'limits',
    // Docker refuses less than 6 MiB.
    type: size(6 * MEBI, PEBI),
    placeholder: 'SIZE',
    key: 'limits.memory',
    onCommandLine: true,
    isInput: true,
    default: '4g',
    description: 'Memory of the agent, swap included.',
  },
  pids: {
    topic: 'limits',
    type: integer(1, 4_194_304),
    placeholder: 'NUMBER',
    key: 'limits.pids',
    onCommandLine: true,
    isInput: true,
    default: '512',
    description: 'Processes and threads at one time.',
  },
  disk: {
    topic: 'limits',
    type: size(64 * KIBI, PEBI),
    placeholder: 'SIZE',
    key: 'limits.disk',
    onCommandLine: true,
    isInput: true,
    default: '2g',
    description: 'What the agent may write into the workspace.',
  },
  timeout: {
    topic: 'limits',
    // Timers of Node.js end at 2^31 - 1 milliseconds, a little over 24 days.
    type: duration(1, 24 * DAY, 'from 1ms to 24d'),
    placeholder: 'DURATION',
    key: 'limits.timeout',
    onCommandLine: true,
    isInput: true,
    default: '30m',
    description: 'Time after which the agent is ended; a bare number is seconds.',
  },
  'idle-timeout': {
    topic: 'limits',
    type: duration(1, 24 * DAY, 'from 1ms to 24d'),
    placeholder: 'DURATION',
    key: 'limits.idle-timeout',
    onCommandLine: true,
    isInput: true,
    otherwise: 'no bound',
    description: 'Silence after which the agent is ended: neither output nor error output for that long.',
  },
} as const satisfies OptionTable;
