// From which tallies a period is added up: the longest spans that lie within it, shorter ones at its
// edges, and rows for what is left of a minute.
import type { CallFilter } from "../../../ports/periods.ts";
import { hourMs, minuteMs } from "./figures.ts";
import { dayMs, tallySpans } from "./tally.ts";

/** Tallies of one span, by where they start. */
export interface TallyRange {
  /** ms. */
  readonly span: number;
  /** Epoch ms; whole spans. */
  readonly from: number;
  /** Epoch ms, exclusive; `endless` where everything later is meant. */
  readonly to: number;
}

/** Tallies that are of one bar of a chart. */
export interface BarRange extends TallyRange {
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
  const spansOf = (part: RowRange, hourly: RowRange) => [
    ...covered(hourly.from, hourly.to, [hourMs, dayMs]),
    ...covered(part.from, part.to, tallySpans),
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
    whole: spansOf({ from, to }, hours),
    bars: (bars ?? []).flatMap((begin, bar) => {
      const next = bars?.[bar + 1];
      const within = (range: RowRange, span: number): RowRange => ({
        from: bar === 0 ? range.from : clamp(ceil(begin, span), range),
        to: next === undefined ? range.to : clamp(ceil(next, span), range),
      });
      const ranges = spansOf(within({ from, to }, minuteMs), within(hours, hourMs));
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

function floor(time: number, span: number): number {
  return Math.floor(time / span) * span;
}

function ceil(time: number, span: number): number {
  return time === endless ? endless : Math.ceil(time / span) * span;
}

function clamp(time: number, { from, to }: RowRange): number {
  return Math.min(Math.max(time, from), to);
}
