/** The agent's own directory for notes and results. */
export const SCRATCH_DIRECTORY = '.agent-scratch';
