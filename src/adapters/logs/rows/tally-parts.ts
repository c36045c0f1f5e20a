// From which tallies a period is added up: the longest spans that lie within it, shorter ones at its
// edges, and rows for what is left of a minute.
import type { CallFilter } from "../../../ports/periods.ts";
import { hourMs, minuteMs } from "./figures.ts";
import { dayMs, lastingSpans, tallySpans } from "./tally.ts";

/** Tallies of one span, by where they start. */
export interface TallyRange {
  /** ms. */
  readonly span: number;
  /** Epoch ms; whole spans. */
  readonly from: number;
  /** Epoch ms, exclusive; `endless` where everything later is meant. */
  readonly to: number;
}

interface SignedRange extends TallyRange {
  /** -1: what these come to is to be taken away. */
  readonly sign: 1 | -1;
}

/** Tallies that are of one bar of a chart. */
export interface BarRange extends SignedRange {
  /** Its place, from 0. */
  readonly bar: number;
}

/** Epoch ms: calls from the first to before the second. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

export const endless = Number.MAX_SAFE_INTEGER;

export interface TallyParts {
  /** Of the whole period, each call once: sums and times. */
  readonly whole: readonly TallyRange[];
  /** The same calls by bar, for sums alone; empty where no bars are asked for. */
  readonly bars: readonly BarRange[];
  /** Calls that have ended and are added one by one, to whole and bar. */
  readonly rows: readonly RowRange[];
}

/**
 * @param bars where bars begin, epoch ms, ascending
 * @param rowsFrom epoch ms: rows from then on are there, and their minutes; 0: none has gone yet. What
 *   lies before is known by the hour alone: such a part begins and ends at whole hours.
 */
export function tallyParts(
  { since = 0, until = endless }: Pick<CallFilter, "since" | "until">,
  bars: readonly number[] | undefined,
  rowsFrom: number,
): TallyParts {
  const { hours, exact } = regionsOf(Math.max(0, since), until, rowsFrom);
  const [from, to] = [
    Math.min(exact.to, ceil(exact.from, minuteMs)),
    exact.to === endless ? endless : Math.max(exact.from, floor(exact.to, minuteMs)),
  ];
  // Within one minute the two are one.
  const rows =
    from >= to
      ? [exact]
      : [
          { from: exact.from, to: from },
          { from: to, to: exact.to },
        ];
  return {
    whole: [...covered(hours.from, hours.to, lastingSpans), ...covered(from, to, tallySpans)],
    bars: (bars ?? []).flatMap((begin, bar) => {
      const next = bars?.[bar + 1];
      const within = (range: RowRange, span: number): RowRange => ({
        from: bar === 0 ? range.from : clamp(ceil(begin, span), range),
        to: next === undefined ? range.to : clamp(ceil(next, span), range),
      });
      const ranges = [
        ...summed(within(hours, hourMs), lastingSpans),
        ...summed(within({ from, to }, minuteMs), tallySpans),
      ];
      return ranges.map((range) => ({ bar, ...range }));
    }),
    rows: rows.filter((range) => range.from < range.to),
  };
}

const nothing: RowRange = { from: 0, to: 0 };

/** What of a period is known by the hour, and what exactly. */
function regionsOf(
  since: number,
  until: number,
  rowsFrom: number,
): { readonly hours: RowRange; readonly exact: RowRange } {
  if (since >= until) return { hours: nothing, exact: nothing };
  if (since >= rowsFrom) return { hours: nothing, exact: { from: since, to: until } };
  const hour = floor(rowsFrom, hourMs);
  const begin = floor(since, hourMs);
  if (until <= rowsFrom) return { hours: { from: begin, to: ceil(until, hourMs) }, exact: nothing };
  // Of the hour whose beginning has gone all is in its tally.
  const next = hour + hourMs;
  return until < next
    ? { hours: { from: begin, to: hour }, exact: { from: rowsFrom, to: until } }
    : { hours: { from: begin, to: next }, exact: { from: next, to: until } };
}

/** The fewest spans that make up a range whose edges are whole ones of the shortest. */
function covered(from: number, to: number, spans: readonly number[]): readonly TallyRange[] {
  const span = spans.at(-1);
  if (from >= to || span === undefined) return [];
  const shorter = spans.slice(0, -1);
  const begin = ceil(from, span);
  const end = to === endless ? endless : floor(to, span);
  if (begin >= end) return covered(from, to, shorter);
  return [
    ...covered(from, begin, shorter),
    { span, from: begin, to: end },
    ...covered(end, to, shorter),
  ];
}

/**
 * As `covered`, for sums alone: of a day that lies within by more than half, the whole of it less the rest.
 * Days of a zone an hour from UTC are of three spans, then, not of 24.
 */
function summed({ from, to }: RowRange, spans: readonly number[]): readonly SignedRange[] {
  const [begin, end] = [ceil(from, dayMs), to === endless ? endless : floor(to, dayMs)];
  const added = (first: number, last: number) =>
    covered(first, last, spans).map((range) => ({ ...range, sign: 1 as const }));
  if (begin > end || from >= to) return added(from, to);
  const shorter = spans.filter((span) => span !== dayMs);
  const lessOf = (day: number, first: number, last: number): readonly SignedRange[] => [
    { span: dayMs, from: day, to: day + dayMs, sign: 1 },
    ...covered(first, last, shorter).map((range) => ({ ...range, sign: -1 as const })),
  ];
  // Of what lies before the period nothing shorter than an hour may be there any more.
  const isHead = begin - from > dayMs / 2 && from % hourMs === 0;
  const isTail = end !== endless && to - end > dayMs / 2;
  return [
    ...(isHead ? lessOf(begin - dayMs, begin - dayMs, from) : added(from, begin)),
    ...added(begin, end),
    ...(isTail ? lessOf(end, to, end + dayMs) : added(end, to)),
  ];
}

function floor(time: number, span: number): number {
  return Math.floor(time / span) * span;
}

function ceil(time: number, span: number): number {
  return time === endless ? endless : Math.ceil(time / span) * span;
}

function clamp(time: number, { from, to }: RowRange): number {
  return Math.min(Math.max(time, from), to);
}
