/** Where the two images come from. Readonly JSON. */
export interface ImagePlan {
  readonly sandbox: ImageSource;
  readonly gateway: ImageSource;
}

export type ImageSource =
  /** An image that exists somewhere: used if present, otherwise pulled. */
  | { readonly kind: 'pull'; readonly reference: string }
  /** Built when no image of this name is present; the tag is made from the content of `files`. */
  | {
      readonly kind: 'build';
      readonly reference: string;
      /** Path of the Dockerfile within the context. */
      readonly dockerfile: string;
      /**
       * What the context holds: absolute source path and place in the context (`.` for its root). A Dockerfile that is
       * not ours has its own directory for a context.
       */
      readonly files: readonly { readonly source: string; readonly target: string }[];
      /** Our own Dockerfiles install from package mirrors by the host's network and trust the host's roots. */
      readonly own: boolean;
      readonly labels: Readonly<Record<string, string>>;
      /** Built first; the Dockerfile names it as `ARG SANDBOX`. */
      readonly base?: ImageBuild;
    };

export type ImageBuild = ImageSource & { readonly kind: 'build' };

/** An image that is here. */
export interface ResolvedImage {
  readonly reference: string;
  /** `sha256:…`: the repository digest if it has one, else the image id. */
  readonly digest: string;
  /** Paths that it declares as volumes. */
  readonly volumes: readonly string[];
}
