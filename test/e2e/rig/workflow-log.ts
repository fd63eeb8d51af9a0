/** A workflow command that the runner carried out. */
export interface Command {
  readonly name: string;
  readonly argument: string;
  readonly properties: Readonly<Record<string, string>>;
}

interface Line {
  readonly msg?: string;
  readonly raw?: string;
  readonly raw_output?: boolean;
  readonly command?: string;
  readonly arg?: string;
  readonly name?: string;
  readonly kvPairs?: Readonly<Record<string, string>>;
  readonly content?: string;
  readonly stage?: string;
  readonly stepID?: readonly string[];
  readonly stepResult?: string;
}

/** What act says, line by line as JSON. */
export class WorkflowLog {
  readonly #lines: readonly Line[];
  /** Everything that act wrote, as it wrote it. */
  readonly text: string;

  constructor(stdout: Buffer, stderr: Buffer) {
    this.text = `${stdout}\n${stderr}`;
    this.#lines = this.text.split('\n').flatMap(parseLine);
  }

  /** What a step wrote, commands included. */
  output(step: string, stage: 'Main' | 'Post' = 'Main'): string {
    const lines = this.#of(step, stage).filter((line) => line.raw_output === true || line.raw !== undefined);
    return lines.map((line) => line.raw ?? line.msg ?? '').join('');
  }

  /** Commands of one name that the runner carried out; those that it ignored are not here. */
  commands(step: string, name: string, stage: 'Main' | 'Post' = 'Main'): readonly Command[] {
    return this.#of(step, stage)
      .filter((line) => line.command === name)
      .map((line) => ({ name, argument: line.arg ?? '', properties: line.kvPairs ?? {} }));
  }

  /** The last lines of everything, for messages of tests. */
  get tail(): string {
    return this.#lines
      .slice(-40)
      .map((line) => line.msg?.trimEnd() ?? '')
      .join('\n');
  }

  /** The outputs that a step set. */
  outputs(step: string): Readonly<Record<string, string>> {
    const set = this.#of(step, 'Main').filter((line) => line.command === 'set-output');
    return Object.fromEntries(set.map((line) => [line.name ?? '', line.arg ?? '']));
  }

  /** The job summary that a step wrote. */
  summary(step: string): string {
    return this.#of(step, 'Main').find((line) => line.command === 'summary')?.content ?? '';
  }

  /** `success`, `failure`, or nothing when the step did not run. */
  result(step: string, stage: 'Main' | 'Post' = 'Main'): string | undefined {
    return this.#of(step, stage).find((line) => line.stepResult !== undefined)?.stepResult;
  }

  #of(step: string, stage: string): readonly Line[] {
    return this.#lines.filter((line) => line.stepID?.[0] === step && line.stage === stage);
  }
}

function parseLine(text: string): readonly Line[] {
  if (!text.startsWith('{')) return [];
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
