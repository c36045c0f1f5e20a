// Figures of a period: sums from the kept figures, medians exact where the rows are few.
import type { Kysely } from "kysely";
import type { PeriodStats } from "../../../ports/browse.ts";
import { bucketTime, countRow, figure, hourMs, minuteMs } from "./figures.ts";
import type { CountedRow } from "./figures.ts";
import { nearestRank } from "./nearest-rank.ts";
import { runSql } from "./run-sql.ts";
import type { LogTables } from "./tables.ts";

/** So many times are sorted for an exact median; of more it is read from the histograms. */
const sortedAtMost = 5_000;

type Histogram = Map<number, number>;

/** @param since epoch ms; null: of all rows */
export async function periodStats(
  db: Kysely<LogTables>,
  since: number | null,
): Promise<PeriodStats> {
  const kinds = await readFigures(db, since);
  const sum = (kind: number) => total(kinds.get(kind));
  const quantile = async (column: "duration_ms" | "ttft_ms", kind: number, part: number) => {
    const count = sum(kind);
    if (count === 0) return null;
    const rank = nearestRank(count, part);
    return count <= sortedAtMost
      ? exactly(db, since ?? 0, column, rank)
      : bucketTime(bucketAt(kinds.get(kind) ?? new Map(), rank));
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
}

const sumSql = `select kind, bucket, sum(amount) as amount from figures
  where span = ? and start >= ? and start < ? group by kind, bucket`;
const rowsSql = `select timestamp, state, duration_ms, ttft_ms, prompt_tokens, completion_tokens
  from requests where timestamp >= ? and timestamp < ?`;

/** The period's hours, the minutes before the first of them, and the rows before the first of those. */
async function readFigures(
  db: Kysely<LogTables>,
  since: number | null,
): Promise<ReadonlyMap<number, Histogram>> {
  const kinds = new Map<number, Histogram>();
  const count = (kind: number, bucket: number, amount: number) => {
    const histogram = kinds.get(kind) ?? new Map<number, number>();
    kinds.set(kind, histogram);
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + amount);
  };
  const firstMinute = Math.ceil((since ?? 0) / minuteMs) * minuteMs;
  const firstHour = Math.ceil(firstMinute / hourMs) * hourMs;
  for (const parameters of [
    [minuteMs, firstMinute, firstHour],
    [hourMs, firstHour, Number.MAX_SAFE_INTEGER],
  ])
    for (const row of await runSql<{ kind: number; bucket: number; amount: number }>(
      db,
      sumSql,
      parameters,
    ))
      count(row.kind, row.bucket, row.amount);
  if (since !== null)
    for (const row of await runSql<CountedRow>(db, rowsSql, [since, firstMinute]))
      countRow(row, count);
  return kinds;
}

function total(histogram: Histogram | undefined): number {
  let sum = 0;
  for (const amount of histogram?.values() ?? []) sum += amount;
  return sum;
}

function bucketAt(histogram: Histogram, rank: number): number {
  let passed = 0;
  const buckets = [...histogram].toSorted(([a], [b]) => a - b);
  for (const [bucket, amount] of buckets) {
    passed += amount;
    if (passed > rank) return bucket;
  }
  return buckets.at(-1)?.[0] ?? 0;
}

async function exactly(
  db: Kysely<LogTables>,
  since: number,
  column: "duration_ms" | "ttft_ms",
  rank: number,
): Promise<number | null> {
  const [row] = await runSql<{ time: number }>(
    db,
    `select ${column} as time from requests
      where timestamp >= ? and state = 'completed' and ${column} is not null
      order by ${column} limit 1 offset ?`,
    [since, rank],
  );
  return row?.time ?? null;
}
