/** Bounds of a capture. Whatever is over one is left out of the patch and listed as rejected, never cut silently. */
export interface CaptureLimits {
  /** Changed paths in one patch. */
  readonly maxFiles: number;
  /** Directory entries looked at, ignored ones not counted. */
  readonly maxEntries: number;
  /** Size of one file, before or after, in bytes. */
  readonly maxFileBytes: number;
  /** Contents of all changed files together, before and after, in bytes: what the temporary repository may hold. */
  readonly maxTotalBytes: number;
}

export const DEFAULT_CAPTURE_LIMITS: CaptureLimits = {
  maxFiles: 50_000,
  maxEntries: 250_000,
  maxFileBytes: 64 * 2 ** 20,
  maxTotalBytes: 2 ** 30,
};
