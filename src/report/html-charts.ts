import { formatDuration } from '../core/duration.js';
import { type Html, html, trusted } from './html-text.js';
import type { EgressTimeline, Report } from './report.js';
import { groupDigits } from './wording.js';

/** Charts as inline SVG with attributes alone: the page forbids style attributes and scripts. */

const WIDTH = 1_000;
const COLOURS = 8;

/** One bar, a part for each phase, with a legend below. */
export function phasesChart(phases: Report['phases']): Html {
  const entries = Object.entries(phases).filter(([, ms]) => ms > 0);
  const total = entries.reduce((sum, [, ms]) => sum + ms, 0);
  if (total === 0) return html`<p class="soft">No phase was finished.</p>`;
  let at = 0;
  const bars = entries.map(([name, ms], index) => {
    const width = (ms / total) * WIDTH;
    const bar = html`<rect x="${round(at)}" y="0" width="${round(Math.max(width - 1.5, 0.8))}" height="22" rx="3" class="f-p${index % COLOURS}"><title>${name}: ${formatDuration(ms)}</title></rect>`;
    at += width;
    return bar;
  });
  const legend = entries.map(
    ([name, ms], index) => html`<span>${swatch(`p${index % COLOURS}`)}${name} ${formatDuration(ms)}</span>`,
  );
  return html`<svg viewBox="0 0 ${WIDTH} 22" role="img" aria-label="Phases">${bars}</svg><div class="legend">${legend}</div>`;
}

const HEIGHT = 110;
const BASE = 92;
/** Room for the words at the beginning of the axis. */
const BEGINNING_WIDTH = 110;
const SERIES = [
  ['blocked', 'red'],
  ['audited', 'amber'],
  ['allowed', 'green'],
] as const;

/** Attempts over time, stacked: blocked at the bottom, where it is seen even between many allowed ones. */
export function timelineChart(timeline: EgressTimeline): Html {
  const buckets = timeline.allowed.length;
  const sums = timeline.allowed.map(
    (allowed, at) => allowed + (timeline.blocked[at] ?? 0) + (timeline.audited[at] ?? 0),
  );
  const highest = Math.max(1, ...sums);
  const step = WIDTH / Math.max(buckets, 20);
  const bars = sums.flatMap((_, at) => bucketBars(timeline, at, step, highest));
  const lengthMs = buckets * timeline.bucketMs;
  // Not before the label of the beginning has ended.
  const end = Math.min(WIDTH, Math.max(buckets * step, BEGINNING_WIDTH));
  const used = SERIES.filter(([verdict]) => timeline[verdict].some((count) => count > 0));
  const label = formatDuration(timeline.bucketMs);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Attempts over time">
<rect x="0" y="${BASE}" width="${WIDTH}" height="1" class="f-line"/>${bars}
<text x="0" y="${HEIGHT - 4}">first attempt</text><text x="${round(end)}" y="${HEIGHT - 4}" text-anchor="${buckets < 20 ? 'start' : 'end'}">+ ${formatDuration(lengthMs)}</text>
<text x="${WIDTH}" y="10" text-anchor="end">most in ${label}: ${groupDigits(highest)}</text></svg>
<div class="legend">${used.map(([verdict, colour]) => html`<span>${swatch(colour)}${verdict}</span>`)}</div>`;
}

function bucketBars(timeline: EgressTimeline, at: number, step: number, highest: number): readonly Html[] {
  const parts: Html[] = [];
  let y = BASE;
  for (const [verdict, colour] of SERIES) {
    const count = timeline[verdict][at] ?? 0;
    if (count === 0) continue;
    const height = Math.max(2, (count / highest) * (BASE - 18));
    y -= height;
    const when = formatDuration(at * timeline.bucketMs);
    parts.push(
      html`<rect x="${round(at * step)}" y="${round(y)}" width="${round(Math.max(step - 2, 1))}" height="${round(height)}" class="f-${colour}"><title>+ ${when}: ${count} ${verdict}</title></rect>`,
    );
  }
  return parts;
}

/** How much of a limit was used: a filled bar. */
export function meter(used: number, limit: number): Html {
  const share = limit > 0 ? Math.min(1, used / limit) : 0;
  const colour = share > 0.9 ? 'red' : share > 0.7 ? 'amber' : 'blue';
  return html`<svg viewBox="0 0 200 6" role="img" aria-label="${Math.round(share * 100)} %"><rect width="200" height="6" rx="3" class="f-line"/><rect width="${round(share * 200)}" height="6" rx="3" class="f-${colour}"/></svg>`;
}

function swatch(colour: string): Html {
  return trusted(`<svg viewBox="0 0 10 10"><rect width="10" height="10" rx="3" class="f-${colour}"/></svg>`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
