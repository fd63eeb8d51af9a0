/**
 * What a prompt may say of the event that started a workflow, by its path in GitHub's payload. `text`: anybody may
 * have written it. A pattern: a value of this form can carry no instruction and is put into the sentence as it is;
 * any other value of that field is text all the same.
 */

const NUMBER = /^\d{1,15}$/;
const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const WORD = /^[a-z_]{1,40}$/;
const SWITCH = /^(?:true|false)$/;
/** Of this repository, whose name its owner chose. */
const REPOSITORY = /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/;

const CONVERSATION = {
  number: NUMBER,
  title: 'text',
  body: 'text',
  state: WORD,
  'user.login': 'text',
} as const;
const WORDS = { id: NUMBER, body: 'text', 'user.login': 'text' } as const;

export const EVENT_FACTS: Readonly<Record<string, RegExp | 'text'>> = {
  action: WORD,
  ref: 'text',
  before: SHA,
  after: SHA,
  'repository.full_name': REPOSITORY,
  'repository.default_branch': 'text',
  'sender.login': 'text',
  ...below('pull_request', {
    ...CONVERSATION,
    draft: SWITCH,
    'head.ref': 'text',
    'head.sha': SHA,
    'base.ref': 'text',
    'base.sha': SHA,
    changed_files: NUMBER,
  }),
  ...below('issue', CONVERSATION),
  ...below('comment', { ...WORDS, path: 'text', line: NUMBER, diff_hunk: 'text', commit_id: SHA }),
  ...below('review', { ...WORDS, state: WORD, commit_id: SHA }),
  ...below('discussion', CONVERSATION),
  ...below('head_commit', { id: SHA, message: 'text', 'author.name': 'text' }),
  ...below('release', { id: NUMBER, tag_name: 'text', name: 'text', body: 'text' }),
  ...below('workflow_run', {
    id: NUMBER,
    name: 'text',
    conclusion: WORD,
    head_branch: 'text',
    head_sha: SHA,
    'head_commit.message': 'text',
  }),
  'label.name': 'text',
};

/** Fields whose names the repository chooses. */
export const OPEN_FACTS = /^(?:inputs|client_payload)\.[A-Za-z_][\w-]*$/;

function below<T extends Readonly<Record<string, RegExp | 'text'>>>(parent: string, facts: T) {
  return Object.fromEntries(Object.entries(facts).map(([name, kind]) => [`${parent}.${name}`, kind]));
}
