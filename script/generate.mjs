// Writes what is made from the tables in src/: inputs and outputs in action.yml, option tables in README.md and
// docs/configuration.md, docs/errors.md and the JSON Schemas of cagent.yml and of reviews. Reads the compiled tables in
// lib/, so run `tsc` first. With --check nothing is written: stale files are listed and the exit code is 1.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { optionTerm } from '../lib/cli/help.js';
import { workflowChoice } from '../lib/cli/init/workflow-choice.js';
import { WORKFLOW_NAMES, workflowSummary, workflowText } from '../lib/cli/init/workflows.js';
import { ACTION_INPUTS } from '../lib/config/action-inputs.js';
import { APPLY_ACTION_INPUTS, APPLY_OUTPUTS } from '../lib/config/apply-inputs.js';
import { configJsonSchema } from '../lib/config/config-schema.js';
import { OPTION_NAMES, optionSpec, TOPIC_TITLES } from '../lib/config/options.js';
import { OUTPUTS } from '../lib/config/outputs.js';
import { ERROR_CATALOGUE } from '../lib/core/error-catalogue.js';
import { reviewJsonSchema } from '../lib/publish/review/review.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FAULTS = { user: 'what was asked for', environment: 'the machine', internal: 'cagent' };

const ACTION_SKELETON = `name: cagent
description: Runs an AI coding agent in a Docker sandbox and hands back its changes, its egress and a report.
author: cagent
branding:
  icon: shield
  color: blue
# generated:inputs
# /generated:inputs
# generated:outputs
# /generated:outputs
runs:
  using: node24
  main: dist/main/index.js
  post: dist/post/index.js
  post-if: always()
`;

const APPLY_SKELETON = `name: cagent apply
description: Turns the changes of an agent's run into a pull request, in a job with a write token and no agent.
author: cagent
branding:
  icon: git-pull-request
  color: blue
# generated:inputs
# /generated:inputs
# generated:outputs
# /generated:outputs
runs:
  using: node24
  main: ../dist/apply/index.js
`;

const README_SKELETON = `# cagent

<!-- generated:options -->
<!-- /generated:options -->
`;

/** Path, content as it should be. */
const targets = [
  ['action.yml', actionYml],
  ['apply/action.yml', applyYml],
  ['docs/apply.md', applyDocs],
  ['docs/workflows.md', workflowDocs],
  ...WORKFLOW_NAMES.flatMap((name) => [
    [
      `examples/workflows/${name}.yml`,
      () => workflowText(name, { kind: 'own', choice: workflowChoice('claude', undefined) }),
    ],
    [`.github/workflows/cagent-${name}.yml`, () => workflowText(name, { kind: 'reusable' })],
  ]),
  [
    'README.md',
    (text) => replaceBlock(text ?? README_SKELETON, '<!-- ', ' -->', 'options', commandLineTable()),
  ],
  ['docs/configuration.md', configurationDocs],
  ['docs/errors.md', errorDocs],
  ['docs/schemas/cagent.config.schema.json', () => `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
  ['docs/schemas/cagent.review.schema.json', () => `${JSON.stringify(reviewJsonSchema(), null, 2)}\n`],
];

function actionYml(text) {
  const withInputs = replaceBlock(text ?? ACTION_SKELETON, '# ', '', 'inputs', block({ inputs: inputs() }));
  return replaceBlock(withInputs, '# ', '', 'outputs', block({ outputs: outputs() }));
}

function applyYml(text) {
  const own = Object.entries(APPLY_ACTION_INPUTS).map(([name, input]) => [
    name,
    { ...input, required: false },
  ]);
  const named = Object.entries(APPLY_OUTPUTS).map(([name, description]) => [name, { description }]);
  const withInputs = replaceBlock(
    text ?? APPLY_SKELETON,
    '# ',
    '',
    'inputs',
    block({ inputs: Object.fromEntries(own) }),
  );
  return replaceBlock(withInputs, '# ', '', 'outputs', block({ outputs: Object.fromEntries(named) }));
}

function applyDocs(text) {
  if (text === undefined)
    throw new TypeError('docs/apply.md is missing; it has prose that cannot be generated');
  const withInputs = replaceBlock(text, '<!-- ', ' -->', 'inputs', inputTable(APPLY_ACTION_INPUTS));
  return replaceBlock(withInputs, '<!-- ', ' -->', 'outputs', outputTable(APPLY_OUTPUTS));
}

function workflowDocs(text) {
  if (text === undefined)
    throw new TypeError('docs/workflows.md is missing; it has prose that cannot be generated');
  const rows = WORKFLOW_NAMES.map((name) => [
    code(name),
    workflowSummary(name),
    `[examples/workflows/${name}.yml](../examples/workflows/${name}.yml)`,
    `[cagent-${name}.yml](../.github/workflows/cagent-${name}.yml)`,
  ]);
  const list = table(['name', 'what it does', 'for copying', 'for calling'], rows);
  return replaceBlock(text, '<!-- ', ' -->', 'workflows', list);
}

function configurationDocs(text) {
  if (text === undefined)
    throw new TypeError('docs/configuration.md is missing; it has prose that cannot be generated');
  const withOptions = replaceBlock(text, '<!-- ', ' -->', 'options', commandLineTable());
  const withKeys = replaceBlock(withOptions, '<!-- ', ' -->', 'keys', keyTable());
  const withInputs = replaceBlock(withKeys, '<!-- ', ' -->', 'inputs', inputTable());
  return replaceBlock(withInputs, '<!-- ', ' -->', 'outputs', outputTable());
}

// No `default:` for options: it would count as given and win over cagent.yml.
function inputs() {
  const options = OPTION_NAMES.filter((name) => optionSpec(name).isInput).map((name) => {
    const { type } = optionSpec(name);
    const perLine = type.kind === 'list' && type.perLine ? ' One a line.' : '';
    return [
      name,
      {
        description: `${plain(optionSpec(name).description)}${perLine}${defaultSentence(name)}`,
        required: false,
      },
    ];
  });
  const own = Object.entries(ACTION_INPUTS).map(([name, input]) => [name, { ...input, required: false }]);
  return Object.fromEntries([...options, ...own]);
}

function outputs() {
  return Object.fromEntries(Object.entries(OUTPUTS).map(([name, description]) => [name, { description }]));
}

function commandLineTable() {
  const rows = topics((name) => optionSpec(name).onCommandLine).map(([title, names]) => [
    `**${title}**\n\n${table(
      ['option', 'in cagent.yml', 'default', 'meaning'],
      names.map((name) => {
        const { key, type, description } = optionSpec(name);
        const repeat = type.kind === 'list' ? ' May be repeated.' : '';
        return [
          code(optionTerm(name)),
          key === undefined ? '' : code(key),
          defaultCell(name),
          `${description}${repeat}`,
        ];
      }),
    )}`,
  ]);
  return rows.join('\n\n');
}

function keyTable() {
  const names = OPTION_NAMES.filter((name) => optionSpec(name).key !== undefined);
  return table(
    ['key', 'value', 'default', 'meaning'],
    names.map((name) => {
      const { key, type, description } = optionSpec(name);
      return [code(key), type.allowed, defaultCell(name), description];
    }),
  );
}

function inputTable(inputs = ACTION_INPUTS) {
  const rows = Object.entries(inputs).map(([name, { default: fallback, description }]) => [
    code(name),
    fallback === undefined ? '' : code(fallback),
    description,
  ]);
  return table(['input', 'default', 'meaning'], rows);
}

function outputTable(outputs = OUTPUTS) {
  return table(
    ['output', 'meaning'],
    Object.entries(outputs).map(([name, meaning]) => [code(name), meaning]),
  );
}

function errorDocs() {
  const rows = Object.entries(ERROR_CATALOGUE).map(([name, { fault, meaning }]) => [
    code(name),
    FAULTS[fault],
    meaning,
  ]);
  return `# Errors

When cagent itself fails, it writes one line to standard error, \`cagent: CODE: what happened. What to do.\`, and the
exit code is 125. An agent that fails, times out or hits a limit is not an error of cagent: that is the conclusion of
the report. Codes are never renamed. This file is generated from \`src/core/error-catalogue.ts\`.

${table(['code', 'lies with', 'meaning'], rows)}
`;
}

function topics(filter) {
  return Object.entries(TOPIC_TITLES)
    .map(([topic, title]) => [
      title,
      OPTION_NAMES.filter((name) => optionSpec(name).topic === topic && filter(name)),
    ])
    .filter(([, names]) => names.length > 0);
}

function defaultSentence(name) {
  const { default: fallback, otherwise, type } = optionSpec(name);
  const without = fallback ?? otherwise;
  if (without === undefined || type.kind === 'switch') return '';
  return ` Default: ${plain([without].flat().join(', '))}.`;
}

function defaultCell(name) {
  const { default: fallback, otherwise, type } = optionSpec(name);
  if (type.kind === 'switch') return '';
  return fallback === undefined ? (otherwise ?? '') : [fallback].flat().map(code).join(', ');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function code(text) {
  return `\`${text}\``;
}

function plain(text) {
  return text.replaceAll('`', '');
}

function block(value) {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function replaceBlock(text, open, close, name, content) {
  const [begin, end] = [`${open}generated:${name}${close}\n`, `${open}/generated:${name}${close}\n`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from)
    throw new TypeError(`the lines ${begin.trim()} and ${end.trim()} are missing`);
  return `${text.slice(0, from + begin.length)}${content}\n${text.slice(to)}`;
}

const stale = [];
for (const [file, render] of targets) {
  const path = join(ROOT, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  try {
    const after = render(before);
    if (after === before) continue;
    stale.push(file);
    if (!process.argv.includes('--check')) writeFileSync(path, after);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    console.error(`generate: ${file}: ${thrown.message}`);
    process.exitCode = 1;
  }
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`generate: stale, run "npm run generate": ${stale.join(', ')}`);
  process.exitCode = 1;
}
