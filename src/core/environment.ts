/** Environment variables as data: read once at the entry, passed on from there. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. The only place that reads `process.env`. */
export function readEnvironment(): Environment {
  return { ...process.env };
}
