import { CagentError } from '../core/errors.js';

export interface OverlayLayers {
  /** Topmost first. */
  readonly lower: readonly string[];
  readonly writable: { readonly upper: string; readonly work: string } | undefined;
}

/** The kernel reads one page of options, and docker adds a few of its own. */
const LONGEST_OPTIONS = 3_900;

/**
 * Options of the overlay mount. `userxattr` keeps the agent from forging the marks that the capture reads, and makes
 * them readable for an ordinary user. Throws `workspace.view` when the kernel could not read them.
 */
export function overlayOptions({ lower, writable }: OverlayLayers): string {
  const words = [`lowerdir=${lower.map(escapeLayer).join(':')}`];
  if (writable !== undefined) {
    words.push(
      `upperdir=${escapeLayer(writable.upper)}`,
      `workdir=${escapeLayer(writable.work)}`,
      'userxattr',
    );
  }
  const options = [...words, 'nosuid', 'nodev'].join(',');
  if (Buffer.byteLength(options) <= LONGEST_OPTIONS) return options;
  throw new CagentError(
    'workspace.view',
    `The paths of the view's layers are too long for a mount: ${lower[0]}.`,
    {
      hint: 'Use a shorter directory for temporary files.',
    },
  );
}

/** Separators of the option string are escaped; a newline cannot be. */
function escapeLayer(path: string): string {
  if (/[\n\0]/.test(path) || !path.isWellFormed()) {
    throw new CagentError(
      'workspace.view',
      'The directory for temporary files has a name that cannot be mounted.',
      {
        hint: 'Use one without line breaks and invalid characters.',
      },
    );
  }
  return path.replace(/[\\:,]/g, '\\$&');
}
