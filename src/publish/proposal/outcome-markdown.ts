import { code, fenced, prose } from '../../report/markdown-text.js';
import { plural } from '../../report/wording.js';
import type { ProposalOutcome, ProposalSettings } from './proposal.js';

/** What came of a run, for the job summary and for a comment. */
export function outcomeMarkdown(outcome: ProposalOutcome, settings: ProposalSettings): string {
  return `${paragraphs(outcome, settings).join('\n\n')}\n`;
}

function paragraphs(outcome: ProposalOutcome, { branch, baseBranch }: ProposalSettings): readonly string[] {
  switch (outcome.kind) {
    case 'created':
    case 'updated':
    case 'unchanged': {
      const { number, url } = outcome.pullRequest;
      const what = `${plural(outcome.changedFiles, 'file')} in ${code(outcome.commit.slice(0, 12))} on ${code(branch)}`;
      const signed = outcome.verified ? ', verified by GitHub' : '';
      return [
        `### [Pull request ${number}](${url}) ${outcome.kind}`,
        `${what}${signed}, for ${code(baseBranch)}.`,
        ...guardedList(outcome.guarded),
      ];
    }
    case 'closed':
      return [
        `### [Pull request ${outcome.pullRequest.number}](${outcome.pullRequest.url}) closed`,
        'There is nothing left to change.',
      ];
    case 'nothing':
      return ['### Nothing to propose', 'The run left nothing to change.'];
    case 'issue':
      return [
        `### [Issue ${outcome.issue.number}](${outcome.issue.url}) instead of a pull request`,
        ...guardedList(outcome.guarded),
      ];
    case 'blocked':
      return [
        '### Blocked by the patch policy',
        ...guardedList(outcome.guarded),
        outcome.noDraft === undefined
          ? `Take them over by hand, or set ${code('protected-files')} to ${code('request-review')} or ${code('issue')}.`
          : `Pull request ${outcome.noDraft} is open and may be approved already: convert it to a draft or close it, and run again.`,
      ];
    case 'over-cap':
      return [
        '### The patch is over a cap',
        `${prose(outcome.why)}. Nothing is lost; to apply it by hand:`,
        fenced(outcome.howTo, 'sh'),
      ];
    case 'conflict':
      return [
        '### The base has moved on',
        `${prose(outcome.why)}. Nothing is lost; to apply it by hand:`,
        fenced(outcome.howTo, 'sh'),
      ];
    case 'foreign':
      return ['### Work of somebody else', `Nothing was overwritten: ${prose(outcome.why)}.`];
  }
}

function guardedList(guarded: readonly string[]): readonly string[] {
  if (guarded.length === 0) return [];
  const shown = guarded.slice(0, 20).map((path) => `- ${code(path)}`);
  const rest =
    guarded.length > shown.length ? [`- … and ${plural(guarded.length - shown.length, 'more file')}`] : [];
  return ['It changes protected files:', [...shown, ...rest].join('\n')];
}
