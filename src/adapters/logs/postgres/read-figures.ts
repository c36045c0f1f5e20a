// The figures of a period, added up over all routers.
import type { PeriodStats, PerformancePoint, PointsFilter } from "../../../ports/browse.ts";
import { nanosPerDollar } from "../../../domain/log/call-sense.ts";
import { isoTime } from "../../../domain/log/log-entry.ts";
import type { CountedRow, FigureChange } from "../rows/figures.ts";
import { newestFirst } from "../rows/newest-first.ts";
import { createPeriodFigures, periodParts } from "../rows/period-figures.ts";
import {
  columnConditions,
  idsSince,
  inRange,
  rangeOf,
  sinceTime,
  untilTime,
  whole,
} from "./call-conditions.ts";
import type { Run } from "./client.ts";
import type { Floors } from "./floors.ts";
import { alternatives, ledCalls } from "./led-calls.ts";
import { modelConditions } from "./model-names.ts";
import { originalOrNull } from "./safe-text.ts";
import { createValues } from "./statement-values.ts";

const sumSql = `select kind, bucket, sum(amount)::double precision as amount from figures
  where span = $1::integer and start >= $2::bigint and start < $3::bigint group by kind, bucket`;

const countedColumns = `r."timestamp"::double precision as "timestamp", r.state, r.duration_ms,
  r.ttft_ms, r.prompt_tokens::double precision as prompt_tokens,
  r.completion_tokens::double precision as completion_tokens`;

/** @param since epoch ms; null: of all rows that are kept */
export async function periodStats(
  run: Run,
  since: number | null,
  floors: Floors,
): Promise<PeriodStats> {
  const figures = createPeriodFigures();
  const begin = Math.max(since ?? 0, floors.rows);
  const { spans, rows } = periodParts(since === null && begin === 0 ? null : begin);
  for (const { span, from, to } of spans)
    for (const sum of await run<FigureChange>(sumSql, [span, from, to]))
      figures.add(sum.kind, sum.bucket, sum.amount);
  if (rows !== null)
    for (const row of await countedRows(run, "requests", rows.from, rows.to)) figures.addRow(row);
  // Figures count calls once they have ended.
  for (const row of await countedRows(run, "inflight", begin, null)) figures.addRow(row);
  return figures.stats(async (column, index) => {
    const values = createValues();
    const where = whole(
      [...sinceTime(begin, floors), ...inRange("r.id", { from: idsSince(begin), before: null })],
      values,
    );
    const [row] = await run<{ time: number }>(
      `select r.${column} as time from requests r
        where ${where} and r.state = 'completed' and r.${column} is not null
        order by r.${column} limit 1 offset ${values.add(index, "integer")}`,
      values.all,
    );
    return row?.time ?? null;
  });
}

async function countedRows(
  run: Run,
  table: "requests" | "inflight",
  from: number,
  to: number | null,
): Promise<readonly CountedRow[]> {
  const values = createValues();
  const where = whole(inRange("r.id", { from: idsSince(from), before: null }), values);
  const end = to === null ? "" : ` and r."timestamp" < ${values.add(Math.ceil(to), "bigint")}`;
  return run<CountedRow>(
    `select ${countedColumns} from ${table} r
      where ${where} and r."timestamp" >= ${values.add(Math.ceil(from), "bigint")}${end}`,
    values.all,
  );
}

type PointRow = Omit<PerformancePoint, "timestamp"> & { readonly timestamp: number };

/** Calls that have ended, newest first. */
export async function readPoints(
  run: Run,
  { since, until, limit, model, ...filter }: Omit<PointsFilter, "q">,
  floors: Floors,
): Promise<readonly PerformancePoint[]> {
  const range = rangeOf({ since, ...(until === undefined ? {} : { until }) }, floors);
  const { indexed, others } = columnConditions(filter);
  const named = await modelConditions(run, model);
  const calls = {
    conditions: [...sinceTime(since, floors), ...untilTime(until), ...others, ...named.others],
    indexed,
    models: named.models,
  };
  const found: (readonly PointRow[])[] = [];
  for (const one of alternatives(calls)) {
    const { conditions, order } = await ledCalls(run, one, range);
    const values = createValues();
    const where = whole(conditions, values);
    found.push(
      await run<PointRow>(
        `select r.id::text as id, r."timestamp"::double precision as "timestamp",
            coalesce(r.other_model, r.original_model) as model, r.upstream, r.who as "user", r.client,
            r.duration_ms, r.ttft_ms,
            r.prompt_tokens::double precision as prompt_tokens,
            r.completion_tokens::double precision as completion_tokens,
            r.total_tokens::double precision as total_tokens,
            r.cost::double precision as cost, r.status_code, r.state
          from requests r where ${where} order by ${order} limit ${values.add(limit, "integer")}`,
        values.all,
      ),
    );
  }
  const [rows = [], ...more] = found;
  // Tens of thousands may be asked for, and those of one statement are in order.
  const all = more.length === 0 ? rows : newestFirst(rows, ...more).slice(0, limit);
  return all.map(({ timestamp, cost, ...point }) => ({
    ...point,
    model: originalOrNull(point.model),
    upstream: originalOrNull(point.upstream),
    user: originalOrNull(point.user),
    client: originalOrNull(point.client),
    timestamp: isoTime(timestamp),
    cost: cost === null ? null : cost / nanosPerDollar,
  }));
}
