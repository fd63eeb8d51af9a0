const MOST_OF_A_KIND = 20;

/** The first twenty notices of a kind, and how many `rest` there are more. */
export function atMost(notices: readonly string[], rest: string): readonly string[] {
  if (notices.length <= MOST_OF_A_KIND) return notices;
  return [...notices.slice(0, MOST_OF_A_KIND), `${notices.length - MOST_OF_A_KIND} more ${rest}.`];
}
