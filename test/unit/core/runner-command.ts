/** Whether GitHub's runner takes a line of a step's log for a command, in either form: ActionCommand.cs of actions/runner. */
export function isRunnerCommand(line: string): boolean {
  return /^\s*::[a-z-]+(?: .*?)?::/i.test(line) || /##\[[a-z-]+(?: [^\]]*)?\]/i.test(line);
}
