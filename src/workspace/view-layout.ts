import { overlayOptions } from './overlay-options.js';

/** Where the layers of a view are, within the private directory of a run. Pure. */
export interface ViewLayout {
  /** Clean `.git` and `.agent-scratch`. */
  readonly top: string;
  /** Whiteouts of everything hidden. */
  readonly mask: string;
  /** Link to the workspace: its own path may hold what a mount option cannot. */
  readonly link: string;
  /** The agent's edits; only in overlay mode. */
  readonly writable: { readonly upper: string; readonly work: string } | undefined;
  /** Writable `.agent-scratch`; only in read-only mode. */
  readonly scratch: string | undefined;
  /** Throw-away place for building the clean repository. */
  readonly build: string;
}

/** Short names: the whole option string of the mount must fit into a page. */
export function viewLayout(directory: string, mode: 'overlay' | 'read-only'): ViewLayout {
  const at = (name: string): string => `${directory}/${name}`;
  return {
    top: at('t'),
    mask: at('m'),
    link: at('l'),
    writable: mode === 'overlay' ? { upper: at('u'), work: at('k') } : undefined,
    scratch: mode === 'read-only' ? at('s') : undefined,
    build: at('b'),
  };
}

/** Options of the overlay mount of a view. Throws `workspace.view` when they are too long. */
export function viewOptions({ top, mask, link, writable }: ViewLayout): string {
  return overlayOptions({ lower: [top, mask, link], writable });
}
