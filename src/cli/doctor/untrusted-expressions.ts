/** What anybody may have written, known by its end: a title, the name of a branch and the like. */
const TEXT =
  /\bgithub\.(?:head_ref|event(?:\.[\w*-]+|\[[^\]]*\])*?\.(?:title|body|ref|label|message|name|email|head_branch|display_title|page_name|default_branch))\b/gi;
/** Whole objects of the event, which hold such text. */
const WHOLE =
  /\btojson\(\s*(github(?:\.event(?:\.(?:issue|comment|pull_request(?:\.head|\.labels)?|review|discussion|commits|head_commit|workflow_run|label|pages|milestone))?)?)\s*\)/gi;
/** Chosen by those who own the repository or can write to it. */
const TRUSTED = /^github\.event\.(?:repository|organization|enterprise|inputs|pull_request\.base)\b/i;
/** What the agent chose. */
const OF_AN_AGENT = /\b(?:steps|needs)\.[\w-]+\.outputs\.(?:final[-_]message|structured[-_]output)\b/gi;
const VARIABLE = /\benv\.([\w-]+)/gi;

/** Variables of `env` that hold such text: name in lower case, and the part of the expression that it is from. */
export type UntrustedVariables = ReadonlyMap<string, string>;

/** The first part of a text of a workflow whose value a stranger or the agent may have written. */
export function untrustedIn(text: string, variables: UntrustedVariables): string | undefined {
  for (const expression of expressionsIn(text)) {
    const parts = [TEXT, WHOLE, OF_AN_AGENT].flatMap((pattern) =>
      [...expression.matchAll(pattern)].map((match) => match[1] ?? match[0]),
    );
    const held = [...expression.matchAll(VARIABLE)].map(([, name = '']) => variables.get(name.toLowerCase()));
    const found = [...parts, ...held].find((part) => part !== undefined && !TRUSTED.test(part));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The insides of `${{ ... }}`, with `a['b']` written as `a.b`, and without other quoted text. */
export function expressionsIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{\{((?:'[^']*'|[^'])*?)\}\}/g)].map(([, inside = '']) =>
    inside.replace(/\[\s*'([\w-]+)'\s*\]/g, '.$1').replace(/'[^']*'/g, "''"),
  );
}
