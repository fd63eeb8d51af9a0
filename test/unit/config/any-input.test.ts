import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseArguments } from '../../../src/cli/arguments.js';
import { parseConfig } from '../../../src/config/config-file.js';
import { flagsFromInputs, INPUT_NAMES } from '../../../src/config/inputs.js';
import { OPTION_NAMES, optionSpec } from '../../../src/config/options.js';
import { settingsFromFlags } from '../../../src/config/settings.js';
import { CagentError, renderError } from '../../../src/core/errors.js';

/** Whatever comes in: a value, or an error of the catalogue that is one line without control characters. */
function answers(attempt: () => unknown): void {
  try {
    attempt();
  } catch (thrown) {
    if (!(thrown instanceof CagentError)) throw thrown;
    expect(thrown.code).toMatch(/^(cli|config)\./);
    expect(renderError(thrown)).not.toMatch(/[\p{Cc}\u202e]/u);
  }
}

const KEYS = OPTION_NAMES.flatMap((name) => optionSpec(name).key?.split('.') ?? []);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...KEYS, '4g', '30m', '1.1.1.1', 'node', '--', '-w'),
);

test('any text is a configuration or a clear error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (file) => answers(() => parseConfig(file, 'cagent.yml'))),
  );
});

test('any tree of values is a configuration or a clear error', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('tree'), { maxLength: 3 }),
    map: fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
  }));
  const file = fc.dictionary(fc.constantFrom(...KEYS), tree, { maxKeys: 6 });
  fc.assert(
    fc.property(file, (value) =>
      answers(() => parseConfig(stringify({ version: 1, ...value }), 'cagent.yml')),
    ),
  );
});

test('any words are a command line or a clear error', () => {
  const options = OPTION_NAMES.map((name) => `--${name}`);
  const word = fc.oneof(
    text,
    fc.constantFrom(...options, 'run', 'plan', 'apply', 'help', '--help', '-h', '--json=1'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) =>
      answers(() => {
        const parsed = parseArguments(argv);
        if ('flags' in parsed) settingsFromFlags(parsed.flags);
      }),
    ),
  );
});

test('any inputs are flags or a clear error', () => {
  const inputs = fc.dictionary(fc.oneof(fc.constantFrom(...INPUT_NAMES), text), text);
  fc.assert(fc.property(inputs, (given) => answers(() => settingsFromFlags(flagsFromInputs(given)))));
});
