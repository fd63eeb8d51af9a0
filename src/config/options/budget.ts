import type { OptionTable } from '../option.js';
import { fraction, integer } from '../value-type.js';

const MOST = 1_000_000_000_000;

export const BUDGET_OPTIONS = {
  'max-requests': {
    topic: 'budget',
    type: integer(1, MOST),
    placeholder: 'NUMBER',
    key: 'budget.max-requests',
    onCommandLine: true,
    isInput: true,
    otherwise: 'no bound',
    description: 'Requests to the model; further ones are refused.',
  },
  'max-tokens': {
    topic: 'budget',
    type: integer(1, MOST),
    placeholder: 'NUMBER',
    key: 'budget.max-tokens',
    onCommandLine: true,
    isInput: true,
    otherwise: 'no bound',
    description:
      'Tokens in and out, cached ones included; when they are used up, further requests are refused.',
  },
  'max-cost-usd': {
    topic: 'budget',
    type: fraction(0.000001, MOST),
    placeholder: 'NUMBER',
    key: 'budget.max-cost-usd',
    onCommandLine: true,
    isInput: true,
    otherwise: 'no bound',
    description:
      'US dollars, counted with `input-price` and `output-price`; when they are used up, further requests are refused.',
  },
  'input-price': {
    topic: 'budget',
    type: fraction(0, MOST),
    placeholder: 'NUMBER',
    key: 'budget.input-price',
    onCommandLine: true,
    isInput: true,
    otherwise: 'cost is not counted',
    description: 'US dollars for a million input tokens of the model, for counting the cost.',
  },
  'output-price': {
    topic: 'budget',
    type: fraction(0, MOST),
    placeholder: 'NUMBER',
    key: 'budget.output-price',
    onCommandLine: true,
    isInput: true,
    otherwise: 'cost is not counted',
    description: 'US dollars for a million output tokens of the model.',
  },
} as const satisfies OptionTable;
