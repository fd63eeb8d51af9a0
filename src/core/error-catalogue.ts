/**
 * Every way in which cagent itself can fail, as data. An agent that fails, times out or hits a limit is not
 * here: that is a value in the run's outcome. `docs/errors.md` is generated from this table.
 *
 * Codes are `stage.what`; they are part of the interface (scripts match on them), so they are never renamed.
 */
export type Fault = 'user' | 'environment' | 'internal';

interface CatalogueEntry {
  /** Whose mistake it is: the caller's, the machine's, or ours. */
  readonly fault: Fault;
  /** What the code means, one sentence, for the documentation. */
  readonly meaning: string;
}

export const ERROR_CATALOGUE = {
  'cli.usage': {
    fault: 'user',
    meaning: 'The command line has an unknown option, a missing value or a misplaced argument.',
  },
  'config.unreadable': {
    fault: 'user',
    meaning: 'The configuration, or a file that it or the command line names, cannot be read.',
  },
  'config.syntax': { fault: 'user', meaning: 'The configuration file is not valid YAML.' },
  'config.invalid': {
    fault: 'user',
    meaning: 'A key is unknown, a value has the wrong type or range, or settings contradict each other.',
  },
  'config.key': { fault: 'user', meaning: 'There is no usable key for the model API of the agent.' },
  'config.workspace': {
    fault: 'user',
    meaning: 'The workspace is missing, is not a directory or cannot be read.',
  },
  'config.out': { fault: 'user', meaning: 'The run directory cannot be created or written.' },
  'docker.missing': { fault: 'environment', meaning: 'The docker command is not installed.' },
  'docker.unreachable': { fault: 'environment', meaning: 'The Docker engine does not answer.' },
  'docker.permission': { fault: 'environment', meaning: 'The user may not use the Docker socket.' },
  'docker.network': { fault: 'user', meaning: 'The engine does not have a network that was named.' },
  'docker.failed': { fault: 'environment', meaning: 'A docker command failed.' },
  'image.unavailable': { fault: 'user', meaning: 'The image is not present and cannot be pulled.' },
  'image.build': { fault: 'user', meaning: 'Building the image failed.' },
  'image.push': { fault: 'user', meaning: 'The image could not be pushed to its registry.' },
  'workspace.view': { fault: 'environment', meaning: 'The view of the workspace could not be made.' },
  'workspace.overlay': {
    fault: 'environment',
    meaning:
      'The kernel, the storage or the engine refuses to mount the view as an overlay, and a copy did not help.',
  },
  'workspace.git': {
    fault: 'environment',
    meaning: 'The clean git repository for the sandbox could not be made.',
  },
  'workspace.base': {
    fault: 'user',
    meaning: 'The base commit that trusted configuration comes from is not in the clone.',
  },
  'workspace.exposed': {
    fault: 'internal',
    meaning: 'A hidden path was still visible in the sandbox, so the agent was not started.',
  },
  'egress.rule': { fault: 'user', meaning: 'A network rule is not valid or cannot be enforced as written.' },
  'gateway.failed': {
    fault: 'environment',
    meaning:
      'The gateway did not come up, so the agent was not started, or it ended while it served the agent.',
  },
  'gateway.resolver': { fault: 'user', meaning: 'The upstream resolver does not answer.' },
  'sandbox.failed': { fault: 'environment', meaning: 'The sandbox could not be started.' },
  'sandbox.runtime': { fault: 'user', meaning: 'The engine does not have the requested runtime.' },
  'changes.capture': { fault: 'internal', meaning: 'The changes of the agent could not be captured.' },
  'changes.apply': { fault: 'user', meaning: 'The patch does not apply or breaks the patch policy.' },
  'apply.run': {
    fault: 'user',
    meaning: 'The run directory or artifact to apply is missing, or is not as cagent left it.',
  },
  'report.write': { fault: 'environment', meaning: 'The run directory could not be written completely.' },
  'publish.failed': { fault: 'environment', meaning: 'Publishing the results failed.' },
  'github.event': {
    fault: 'environment',
    meaning: 'The event that started the workflow is not what GitHub sends.',
  },
  'github.token': { fault: 'user', meaning: 'There is no token for GitHub, or GitHub does not accept it.' },
  'github.permission': { fault: 'user', meaning: 'The token may not do what was asked of GitHub.' },
  'github.not-found': {
    fault: 'user',
    meaning: 'GitHub does not have what was asked for, or the token may not see it.',
  },
  'github.rate-limit': {
    fault: 'environment',
    meaning: 'A limit of GitHub is used up, and waiting for it would take too long.',
  },
  'github.refused': { fault: 'user', meaning: 'GitHub did not take a request as it was.' },
  'github.unreachable': { fault: 'environment', meaning: 'GitHub cannot be reached, or fails.' },
  'trigger.unverified': {
    fault: 'user',
    meaning: 'GitHub cannot be asked whether the person behind the event may start an agent.',
  },
  'run.cancelled': { fault: 'user', meaning: 'The run was cancelled before the agent started.' },
  'internal.bug': { fault: 'internal', meaning: 'A state that should be impossible; please report it.' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
