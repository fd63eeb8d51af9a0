/** What a request asks for. */
export interface Reading {
  readonly method: string;
  readonly path: string;
}

/** Headers by which frameworks let a request stand for one with another method, or another path. */
const METHOD_HEADERS: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override'];
const PATH_HEADERS: readonly string[] = ['x-original-url', 'x-rewrite-url'];
/** One is usual; each more multiplies the readings. */
const MOST_HEADERS = 4;

/**
 * What a server may take a request for besides what it is: a rule for methods or paths has to allow these too.
 * `undefined`: too many to tell.
 */
export function otherReadings(
  rawHeaders: readonly string[],
  { method, path }: Reading,
): readonly Reading[] | undefined {
  const valuesOf = (names: readonly string[]): readonly string[] =>
    rawHeaders
      .filter((_, at) => at % 2 === 1 && names.includes(variableOf(rawHeaders[at - 1] as string)))
      .map((value) => value.trim());
  const methods = valuesOf(METHOD_HEADERS).map((value) => value.toUpperCase());
  const paths = valuesOf(PATH_HEADERS);
  if (methods.length + paths.length > MOST_HEADERS) return undefined;
  return [method, ...methods]
    .flatMap((asked) => [path, ...paths].map((to) => ({ method: asked, path: to })))
    .slice(1);
}

/** Whether a header of this name can make a request stand for another one. */
export function changesReading(name: string): boolean {
  return [...METHOD_HEADERS, ...PATH_HEADERS].includes(variableOf(name));
}

/** CGI and its heirs know headers as variables, in which `-` and `_` are the same. */
function variableOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
