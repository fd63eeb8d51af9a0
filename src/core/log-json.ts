/**
 * JSON (or YAML's quoted text) for a line of the log. What the runner of a workflow would take for a command anywhere in
 * a line, see `displayText`, is written as an escape: only text can hold it, and it means the same.
 */
export function withoutCommands(json: string): string {
  return json.replaceAll('##[', '##\\u005b');
}

/** A value as JSON for standard output. */
export function logJson(value: unknown): string {
  return `${withoutCommands(JSON.stringify(value, null, 2))}\n`;
}
