/** Who may start an agent besides those who can write, and what becomes of a fork's pull request. */
export interface TriggerPolicy {
  /** Logins, or `*` alone for everybody. */
  readonly allowUsers: readonly string[];
  /** Full logins such as `renovate[bot]`, or `*` alone for every bot. */
  readonly allowBotUsers: readonly string[];
  readonly fork: ForkPolicy;
}

export type ForkPolicy =
  | { readonly kind: 'refuse' }
  /** Whoever asks: without network, keys and write access there is nothing to gain. */
  | { readonly kind: 'no-network' }
  /** Only when somebody who may start an agent puts this label on it. */
  | { readonly kind: 'label'; readonly label: string };

export const EVERYBODY = '*';

export const FORK_ALLOWED = 'refuse, no-network or label:NAME';

/** `undefined` when the text is none of {@link FORK_ALLOWED}. */
export function parseForkPolicy(text: string): ForkPolicy | undefined {
  if (text === 'refuse' || text === 'no-network') return { kind: text };
  const label = /^label:(.+)$/.exec(text)?.[1]?.trim();
  return label === undefined || label === '' ? undefined : { kind: 'label', label };
}

/** Whether text can be the login of a person or an app. */
export function isLogin(text: string): boolean {
  return /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,98})(\[bot\])?$/.test(text);
}
