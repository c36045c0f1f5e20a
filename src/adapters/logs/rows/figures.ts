// What rows add to the log's figures, the same in every store: sums and histograms by minute and by hour.
import type { LogRow } from "../../../ports/browse.ts";
import type { LogWrite } from "../pipeline/log-engine.ts";

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** Kinds of figures, as stored. */
export const figure = {
  requests: 0,
  errors: 1,
  promptTokens: 2,
  completionTokens: 3,
  duration: 4,
  ttft: 5,
} as const;

/** Each bucket of a histogram is so much longer than the one before: a time is known to within 2 %. */
const growth = 1.04;
const logGrowth = Math.log(growth);
/** Times below 1 ms. */
const lowestBucket = -1;

/** @param time ms */
export function bucketOf(time: number): number {
  return time < 1 ? lowestBucket : Math.round(Math.log(time) / logGrowth);
}

/** The time in the middle of a bucket, in whole ms. */
export function bucketTime(bucket: number): number {
  return bucket === lowestBucket ? 0 : Math.round(growth ** bucket);
}

/** What of a row counts. */
export interface CountedRow extends Pick<
  LogRow,
  "state" | "duration_ms" | "ttft_ms" | "prompt_tokens" | "completion_tokens"
> {
  /** Epoch ms. */
  readonly timestamp: number;
}

/** A call that is being written, as it counts. */
export function countedRow({ entry, reading }: Pick<LogWrite, "entry" | "reading">): CountedRow {
  return {
    timestamp: entry.timestamp,
    state: entry.state,
    duration_ms: entry.durationMs,
    ttft_ms: entry.ttftMs,
    prompt_tokens: reading.promptTokens,
    completion_tokens: reading.completionTokens,
  };
}

type Count = (kind: number, bucket: number, amount: number) => void;

/** Says what a row adds to the figures. Times are those of completed calls only. */
export function countRow(row: CountedRow, count: Count): void {
  count(figure.requests, 0, 1);
  if (row.state === "failed") count(figure.errors, 0, 1);
  if (row.prompt_tokens) count(figure.promptTokens, 0, row.prompt_tokens);
  if (row.completion_tokens) count(figure.completionTokens, 0, row.completion_tokens);
  if (row.state !== "completed") return;
  if (row.duration_ms !== null) count(figure.duration, bucketOf(row.duration_ms), 1);
  if (row.ttft_ms !== null) count(figure.ttft, bucketOf(row.ttft_ms), 1);
}

/** Which sum or histogram a number belongs to. */
export interface FigureKey {
  /** ms: a minute or an hour. */
  readonly span: number;
  /** Epoch ms of the span's beginning. */
  readonly start: number;
  readonly kind: number;
  /** Of a histogram; else 0. */
  readonly bucket: number;
}

export interface FigureChange extends FigureKey {
  readonly amount: number;
}

export interface FigureSums {
  add(row: CountedRow): void;
  subtract(row: CountedRow): void;
  /** All of it together; what comes to nothing is left out. */
  changes(): readonly FigureChange[];
}

/** Above every bucket of a time. */
const bucketsOfKind = 65_536;

/** Adds up what a batch of rows changes. */
export function createFigureSums(): FigureSums {
  /** By the start of a span, amounts by kind and bucket as one number. */
  const spans = [minuteMs, hourMs].map((span) => ({
    span,
    starts: new Map<number, Map<number, number>>(),
  }));

  function change(row: CountedRow, sign: 1 | -1): void {
    const changed = spans.map(({ span, starts }) => {
      const start = Math.floor(row.timestamp / span) * span;
      const amounts = starts.get(start) ?? new Map<number, number>();
      starts.set(start, amounts);
      return amounts;
    });
    countRow(row, (kind, bucket, amount) => {
      const key = kind * bucketsOfKind + bucket - lowestBucket;
      for (const amounts of changed) amounts.set(key, (amounts.get(key) ?? 0) + sign * amount);
    });
  }

  return {
    add: (row) => {
      change(row, 1);
    },
    subtract: (row) => {
      change(row, -1);
    },
    changes: () =>
      spans.flatMap(({ span, starts }) =>
        [...starts].flatMap(([start, amounts]) =>
          [...amounts]
            .filter(([, amount]) => amount !== 0)
            .map(([key, amount]) => ({
              span,
              start,
              kind: Math.floor(key / bucketsOfKind),
              bucket: (key % bucketsOfKind) + lowestBucket,
              amount,
            })),
        ),
      ),
  };
}
