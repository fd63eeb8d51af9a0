/** What the agent will see of the workspace, decided before anything is made. Readonly JSON. */
export interface WorkspacePlan {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Owner of the workspace directory: the agent runs as this user. */
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly mode: 'overlay' | 'read-only';
  /** How many files (not directories) stay visible. */
  readonly files: number;
  /** Topmost hidden paths: below a hidden directory nothing is listed. Sorted by path. */
  readonly hidden: readonly HiddenPath[];
  /** Places where the secret scan found something, hidden or (with `secrets: warn`) still visible. */
  readonly findings: readonly SecretFinding[];
  readonly git: GitPlan;
  /** Where trusted configuration comes from; absent when the workspace itself is trusted. */
  readonly base?: BasePlan;
  /** The rules themselves, for paths that are not in the workspace now: old commits, files that the agent makes. */
  readonly rules: {
    readonly ignoreFile: string;
    readonly ignore: readonly string[];
    readonly secrets: 'hide' | 'warn' | 'off';
  };
  /** What the user should know, one sentence each: re-included credentials, unreadable directories. */
  readonly notices: readonly string[];
}

export interface HiddenPath {
  /** Relative to the root, `/`-separated, text as in core/path-text. */
  readonly path: string;
  readonly directory: boolean;
  /** Why, for people: `.agentignore:3 *.pem`, `built-in: private key`, `secret scan: aws-access-key`. */
  readonly reason: string;
}

/** A base commit and what the view takes from it. */
export interface BasePlan {
  /** Full name. */
  readonly commit: string;
  /** Paths that are shown as the commit has them, because the workspace differs. Sorted by path. */
  readonly shown: readonly BaseShown[];
  /** Paths of the workspace that the commit does not have; they are among `hidden` too. */
  readonly absent: readonly string[];
  /** Text of the commit's ignore files and of its list of known secrets, by path; both as in core/path-text. */
  readonly rules: Readonly<Record<string, string>>;
}

export interface BaseShown {
  readonly path: string;
  /** As git writes it: `100644`, `100755`, `120000`. */
  readonly mode: string;
  readonly objectId: string;
}

/** A secret's place and kind, never its value. */
export interface SecretFinding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
}

export type GitPlan =
  /** No `.git` inside, with the reason. */
  | { readonly kind: 'none'; readonly reason: string }
  | {
      readonly kind: 'snapshot' | 'history';
      /** The commit that is checked out, if the repository has one. */
      readonly head: string | undefined;
      readonly branch: string | undefined;
    };

/** The prepared view: layers on disk, ready to be mounted. */
export interface PreparedView {
  /** Options of the overlay mount, for the volume. */
  readonly overlayOptions: string;
  /** Host path of the upper directory with the agent's edits; `undefined` in read-only mode. */
  readonly upper: string | undefined;
  /** Host path of the writable scratch directory, bind-mounted at `.agent-scratch`; only in read-only mode. */
  readonly scratch: string | undefined;
  /** Why the layers cannot be mounted as an overlay, one sentence; the view can still be copied. */
  readonly refused?: string | undefined;
  /** What came out other than planned, one sentence each: a history that could not be filtered. */
  readonly notices: readonly string[];
}
