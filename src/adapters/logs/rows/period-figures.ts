// The figures of a period, the same in every store: from which parts they are added up, and which of
// its times are median and 95th percentile.
import type { PeriodStats } from "../../../ports/browse.ts";
import { bucketTime, type CountedRow, countRow, figure, hourMs, minuteMs } from "./figures.ts";

export interface SpanRange {
  /** ms: a minute or an hour. */
  readonly span: number;
  /** Epoch ms; a whole span. */
  readonly from: number;
  /** Epoch ms, exclusive. */
  readonly to: number;
}

export interface PeriodParts {
  readonly spans: readonly SpanRange[];
  /** Epoch ms: rows from the first to before the second are counted one by one; null: none are. */
  readonly rows: { readonly from: number; readonly to: number } | null;
}

/**
 * What a period is added up from: its hours, the minutes before the first of them, and the rows
 * before the first of those.
 * @param since epoch ms; null: all rows
 */
export function periodParts(since: number | null): PeriodParts {
  const firstMinute = Math.ceil((since ?? 0) / minuteMs) * minuteMs;
  const firstHour = Math.ceil(firstMinute / hourMs) * hourMs;
  return {
    spans: [
      { span: minuteMs, from: firstMinute, to: firstHour },
      { span: hourMs, from: firstHour, to: Number.MAX_SAFE_INTEGER },
    ],
    rows: since === null ? null : { from: since, to: firstMinute },
  };
}

export type TimeColumn = "duration_ms" | "ttft_ms";

/** So many times are sorted for an exact median; of more it is read from the histograms. */
const maxSorted = 5_000;

export interface PeriodFigures {
  /** Adds a sum that the store has kept. */
  add(kind: number, bucket: number, amount: number): void;
  /** Adds a row that is counted by itself. */
  addRow(row: CountedRow): void;
  /** @param timeAt the time at that index, from 0, of the period's completed calls in ascending order */
  stats(
    timeAt: (column: TimeColumn, index: number) => Promise<number | null>,
  ): Promise<PeriodStats>;
}

/** The figures of one period, once all its parts are added. */
export function createPeriodFigures(): PeriodFigures {
  const kinds = new Map<number, Map<number, number>>();

  function add(kind: number, bucket: number, amount: number): void {
    const histogram = kinds.get(kind) ?? new Map<number, number>();
    kinds.set(kind, histogram);
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + amount);
  }

  function sum(kind: number): number {
    let total = 0;
    for (const amount of kinds.get(kind)?.values() ?? []) total += amount;
    return total;
  }

  return {
    add,
    addRow: (row) => {
      countRow(row, add);
    },
    async stats(timeAt) {
      const quantile = async (column: TimeColumn, kind: number, part: number) => {
        const count = sum(kind);
        if (count === 0) return null;
        const index = nearestRank(count, part);
        return count <= maxSorted
          ? timeAt(column, index)
          : bucketTime(bucketAt(kinds.get(kind) ?? new Map(), index));
      };
      const requests = sum(figure.requests);
      const errors = sum(figure.errors);
      return {
        requests,
        errors,
        error_rate: requests === 0 ? 0 : errors / requests,
        duration_ms_median: await quantile("duration_ms", figure.duration, 0.5),
        duration_ms_p95: await quantile("duration_ms", figure.duration, 0.95),
        ttft_ms_median: await quantile("ttft_ms", figure.ttft, 0.5),
        prompt_tokens: sum(figure.promptTokens),
        completion_tokens: sum(figure.completionTokens),
      };
    },
  };
}

/**
 * Index of a quantile by nearest rank: an observed value, never a mean of two.
 * @param part above 0, at most 1
 */
export function nearestRank(count: number, part: number): number {
  return Math.max(0, Math.ceil(count * part) - 1);
}

function bucketAt(histogram: ReadonlyMap<number, number>, index: number): number {
  let passed = 0;
  const buckets = [...histogram].toSorted(([a], [b]) => a - b);
  for (const [bucket, amount] of buckets) {
    passed += amount;
    if (passed > index) return bucket;
  }
  return buckets.at(-1)?.[0] ?? 0;
}
