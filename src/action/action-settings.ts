import { ACTION_INPUTS } from '../config/action-inputs.js';
import { quote } from '../config/found.js';
import { CagentError } from '../core/errors.js';
import {
  EVERYBODY,
  FORK_ALLOWED,
  type ForkPolicy,
  isLogin,
  parseForkPolicy,
  type TriggerPolicy,
} from '../github/trigger-policy.js';
import { isArtifactName } from '../publish/artifact-name.js';
import { type CommentScope, commentScope } from '../publish/comment-scope.js';

/** What only the action can be told. */
export interface ActionSettings {
  readonly uploadArtifacts: boolean;
  /** `undefined`: a name made from the run id. */
  readonly artifactName: string | undefined;
  readonly cacheImages: boolean;
  readonly trigger: TriggerPolicy;
  /** Whether the gateway gets the model key for a fork's pull request that was let in by a label. */
  readonly forkModelKey: boolean;
  readonly stickyComment: boolean;
  /** See `commentScope`. */
  readonly commentScope: CommentScope;
  readonly review: boolean;
  readonly reviewApprove: boolean;
}

type Inputs = Readonly<Record<string, string>>;
type Switch = {
  [K in keyof typeof ACTION_INPUTS]: (typeof ACTION_INPUTS)[K] extends { default: 'true' | 'false' }
    ? K
    : never;
}[keyof typeof ACTION_INPUTS];

/** @throws CagentError `config.invalid` with every input that is not as it should be */
export function actionSettings(inputs: Inputs): ActionSettings {
  const problems: string[] = [];
  const settings: ActionSettings = {
    uploadArtifacts: yesOrNo('upload-artifacts', inputs, problems),
    artifactName: artifactName(inputs['artifact-name']?.trim() ?? '', problems),
    cacheImages: yesOrNo('cache-images', inputs, problems),
    trigger: {
      allowUsers: logins('allow-users', inputs, problems),
      allowBotUsers: logins('allow-bot-users', inputs, problems),
      fork: forkPolicy(inputs, problems),
    },
    forkModelKey: yesOrNo('fork-model-key', inputs, problems),
    stickyComment: yesOrNo('sticky-comment', inputs, problems),
    commentScope: commentScope(inputs['comment-key'] ?? ''),
    review: yesOrNo('review', inputs, problems),
    reviewApprove: yesOrNo('review-approve', inputs, problems),
  };
  if (problems.length > 0) throw new CagentError('config.invalid', problems.join('; '));
  return settings;
}

function yesOrNo(name: Switch, inputs: Inputs, problems: string[]): boolean {
  const text = inputs[name]?.trim() || ACTION_INPUTS[name].default;
  if (text !== 'true' && text !== 'false') {
    problems.push(`input ${name}: found ${quote(text)}, allowed: true or false`);
  }
  return text === 'true';
}

function artifactName(name: string, problems: string[]): string | undefined {
  if (name === '') return undefined;
  if (!isArtifactName(name)) {
    problems.push(
      `input artifact-name: found ${quote(name)}, allowed: at most 256 characters and none of " < > : | * ? \\ /`,
    );
  }
  return name;
}

function logins(
  name: 'allow-users' | 'allow-bot-users',
  inputs: Inputs,
  problems: string[],
): readonly string[] {
  const names = (inputs[name] ?? '')
    .split(/[\n\r,]/)
    .map((text) => text.trim().replace(/^@/, ''))
    .filter((text) => text !== '');
  for (const login of names) {
    if (login === EVERYBODY && names.length === 1) continue;
    if (name === 'allow-users' && login.endsWith('[bot]')) {
      problems.push(
        `input allow-users: found ${quote(login)}, allowed: people; a bot goes into allow-bot-users`,
      );
    } else if (!isLogin(login)) {
      problems.push(
        `input ${name}: found ${quote(login)}, allowed: whole logins without wildcards, or * alone`,
      );
    }
  }
  return names;
}

function forkPolicy(inputs: Inputs, problems: string[]): ForkPolicy {
  const text = inputs.fork?.trim() || ACTION_INPUTS.fork.default;
  const policy = parseForkPolicy(text);
  if (policy === undefined) problems.push(`input fork: found ${quote(text)}, allowed: ${FORK_ALLOWED}`);
  return policy ?? { kind: 'refuse' };
}
