/** Text of `.agent-scratch/README`: how an agent that may not write to the workspace proposes changes. */
export const SCRATCH_README = `This directory is the only place in the workspace that you can write to.

To propose a change, do one of these:

- Put the new version of a file at the same path below .agent-scratch/workspace/.
  For src/app.ts write .agent-scratch/workspace/src/app.ts, complete, not as a fragment.
  A file that is executable stays so; taking that away needs a patch.
- Put a patch that "git apply" takes into .agent-scratch/, with a name that ends in .patch.
  Paths are relative to the workspace, with the usual a/ and b/ in front. Patches are applied in the
  order of their names, after the files of .agent-scratch/workspace/. Deletions and renames need a patch.

What does not apply is reported as rejected. Every other file in this directory is handed over as it is:
put reports, notes and logs here.
`;
