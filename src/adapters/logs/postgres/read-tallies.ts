// Figures of a period, and how many calls a filter has, from tallies: see period-of-tallies.ts.
import type { CallCount, CallFilter, Period, PeriodQuestion } from "../../../ports/periods.ts";
import { createPeriodSum, type PeriodSum } from "../rows/period-of-tallies.ts";
import { cachedTokensPlace } from "../rows/stored-row.ts";
import { noSums, sumColumns, type TalliedCall, type TallySums } from "../rows/tally.ts";
import { type Cell, cellColumns, cellName, cellTest } from "../rows/tally-cells.ts";
import {
  type BarRange,
  endless,
  type RowRange,
  tallyParts,
  type TallyRange,
} from "../rows/tally-parts.ts";
import { timesOfNumbers } from "../rows/tally-times.ts";
import { idsSince, idsUntil, inRange, sinceTime, whole } from "./call-conditions.ts";
import type { Run } from "./client.ts";
import type { Floors } from "./floors.ts";
import { originalText } from "./safe-text.ts";
import { createValues, type Values } from "./statement-values.ts";

/** Cells never change, and are remembered from one question to the next. */
export type KnownCells = Map<string, Cell>;

/** As PeriodReader says, of a filter that `isTallied`. */
export async function tallyPeriod(
  run: Run,
  question: PeriodQuestion,
  floors: Floors,
  known: KnownCells,
): Promise<Period> {
  const { filter, by, bars } = question;
  const sum = createPeriodSum(question);
  const parts = tallyParts(filter, bars, floors.rows);
  const cells = await addSums(run, sum, parts.whole, known);
  const isTaken = cellTest(filter);
  const groups = groupsOf(
    [...cells].filter(([, cell]) => isTaken(cell) === "yes"),
    by,
  );
  await addTimes(run, sum, parts.whole, groups);
  await addBars(run, sum, parts.bars, groups);
  const isWhole = await addCalls(run, sum, filter, parts.rows, floors);
  const period = sum.period();
  return isWhole ? period : { ...period, cut: { calls: period.figures.requests } };
}

/** As LogReader says, of a filter that `isTallied`. */
export async function tallyCount(
  run: Run,
  filter: CallFilter,
  floors: Floors,
  known: KnownCells,
): Promise<CallCount> {
  // Those whose rows are gone are listed no longer.
  const shown = { ...filter, since: Math.max(filter.since ?? 0, floors.rows) };
  const sum = createPeriodSum({ filter: shown });
  const parts = tallyParts(shown, undefined, 0);
  await addSums(run, sum, parts.whole, known);
  const isWhole = await addCalls(run, sum, shown, parts.rows, floors);
  return { calls: sum.period().figures.requests, isExact: isWhole && sum.isExact() };
}

/** Tallies `t` of ranges, read off the key: the planner does not know how few rows of it they are. */
function talliesIn(values: Values, ranges: readonly (TallyRange | BarRange)[]): string {
  return `json_to_recordset(${values.add(JSON.stringify(ranges), "text")}::json)
      as part (bar integer, sign integer, span integer, "from" bigint, "to" bigint)
    cross join lateral (select * from tallies where tallies.span = part.span
      and tallies.start >= part."from" and tallies.start < part."to" offset 0) as t`;
}

const summed = sumColumns
  .map((column) => `sum(t.${column})::double precision as ${column}`)
  .join(", ");

/** Adds the sums of all ranges. @returns the cells that are concerned, by key */
async function addSums(
  run: Run,
  sum: PeriodSum,
  ranges: readonly TallyRange[],
  known: KnownCells,
): Promise<ReadonlyMap<string, Cell>> {
  if (ranges.length === 0) return new Map();
  const values = createValues();
  const rows = await run<TallySums & { readonly cell: string }>(
    `select t.cell::text as cell, ${summed} from ${talliesIn(values, ranges)} group by t.cell`,
    values.all,
  );
  await meetCells(
    run,
    rows.map(({ cell }) => cell),
    known,
  );
  const concerned = new Map<string, Cell>();
  for (const { cell: key, ...sums } of rows) {
    const cell = known.get(key);
    if (cell === undefined || !sum.concerns(cell)) continue;
    concerned.set(key, cell);
    sum.addWhole(cell, { ...sums, durations: null, ttfts: null });
  }
  return concerned;
}

const mostKnown = 20_000;

async function meetCells(run: Run, keys: readonly string[], known: KnownCells): Promise<void> {
  if (known.size > mostKnown) known.clear();
  const unknown = keys.filter((key) => !known.has(key));
  if (unknown.length === 0) return;
  const rows = await run<Cell & { readonly key: string }>(
    `select key::text as key, ${cellColumns.join(", ")}
      from cells join unnest($1::text::uuid[]) as sought (key) using (key)`,
    [`{${unknown.join(",")}}`],
  );
  const original = (text: string | null) => (text === null ? null : originalText(text));
  for (const { key, ...cell } of rows)
    known.set(key, {
      ...cell,
      original_model: original(cell.original_model),
      mapped_model: original(cell.mapped_model),
      upstream: original(cell.upstream),
      who: original(cell.who),
      client: original(cell.client),
    });
}

/** Cells whose figures are shown as one: any of them stands for all. */
interface CellGroups {
  readonly standIns: readonly Cell[];
  /** By key, the place of the cell's stand-in. */
  readonly places: ReadonlyMap<string, number>;
}

function groupsOf(
  cells: readonly (readonly [key: string, cell: Cell])[],
  by: PeriodQuestion["by"],
): CellGroups {
  const standIns: Cell[] = [];
  const placeOf = new Map<string, number>();
  const places = new Map<string, number>();
  for (const [key, cell] of cells) {
    const name = by === undefined ? null : cellName(cell, by);
    const like = JSON.stringify([cell.state === "failed", name === undefined, name]);
    const place = placeOf.get(like) ?? standIns.push(cell) - 1;
    placeOf.set(like, place);
    places.set(key, place);
  }
  return { standIns, places };
}

/** The tallies `t` of these cells alone, each with its group's place in `own.place`. */
function ofGroups(values: Values, { places }: CellGroups): string {
  const keys = values.add(`{${[...places.keys()].join(",")}}`, "text");
  const numbers = values.add(`{${[...places.values()].join(",")}}`, "text");
  return `join unnest(${keys}::uuid[], ${numbers}::integer[]) as own (key, place) on own.key = t.cell`;
}

async function addTimes(
  run: Run,
  sum: PeriodSum,
  ranges: readonly TallyRange[],
  groups: CellGroups,
): Promise<void> {
  if (ranges.length === 0 || groups.places.size === 0) return;
  const values = createValues();
  const rows = await run<{ place: number; is_ttft: boolean; numbers: readonly string[] }>(
    `select place, is_ttft, array_agg((bucket << 32) + amount)::text[] as numbers from (
      select place, is_ttft, (number + 2147483648) >> 32 as bucket,
          sum(number - (((number + 2147483648) >> 32) << 32))::bigint as amount
        from (select own.place, t.durations, t.ttfts
          from ${talliesIn(values, ranges)} ${ofGroups(values, groups)}) as timed
        cross join lateral (select number, false as is_ttft from unnest(durations) as number
          union all select number, true from unnest(ttfts) as number) as each
        group by 1, 2, 3) as bucketed
      group by place, is_ttft`,
    values.all,
  );
  for (const { place, is_ttft: isTtft, numbers } of rows) {
    const cell = groups.standIns[place];
    const times = timesOfNumbers(numbers.map(Number));
    if (cell !== undefined)
      sum.addWhole(cell, {
        ...noSums(),
        durations: isTtft ? new Map() : times,
        ttfts: isTtft ? times : new Map(),
      });
  }
}

async function addBars(
  run: Run,
  sum: PeriodSum,
  ranges: readonly BarRange[],
  groups: CellGroups,
): Promise<void> {
  if (ranges.length === 0 || groups.places.size === 0) return;
  const values = createValues();
  const rows = await run<TallySums & Pick<BarRange, "bar" | "sign"> & { readonly place: number }>(
    `select part.bar, part.sign, own.place, ${summed}
      from ${talliesIn(values, ranges)} ${ofGroups(values, groups)}
      group by part.bar, part.sign, own.place`,
    values.all,
  );
  for (const { bar, sign, place, ...sums } of rows) {
    const cell = groups.standIns[place];
    if (cell !== undefined) sum.addBar(bar, cell, sums, sign);
  }
}

const talliedColumns = `r."timestamp"::double precision as "timestamp", r.state, r.service_type,
  r.original_model, case when r.mapped then coalesce(r.other_model, r.original_model) end as mapped_model,
  r.upstream, r.status_code, r.duration_ms, r.ttft_ms,
  r.prompt_tokens::double precision as prompt_tokens,
  r.completion_tokens::double precision as completion_tokens,
  r.total_tokens::double precision as total_tokens, r.who, r.client,
  r.cost::double precision as cost,
  nullif((r.detail::json -> ${cachedTokensPlace})::text, 'null')::double precision as cached_tokens`;

/** Most calls that an older version wrote, in no tally yet, that are added one by one. */
const mostUncounted = 5_000;

/**
 * Adds calls one by one: those at the edges of the period, those in flight, and those that are in no tally
 * yet. @returns whether these are all
 */
async function addCalls(
  run: Run,
  sum: PeriodSum,
  { since = 0, until = endless }: Pick<CallFilter, "since" | "until">,
  edges: readonly RowRange[],
  floors: Floors,
): Promise<boolean> {
  const period = { from: Math.max(since, floors.rows), to: until };
  const uncounted = await callsIn(run, "requests", period, " and not r.counted", mostUncounted);
  const ended = [];
  for (const edge of edges)
    ended.push(...(await callsIn(run, "requests", edge, " and r.counted", null)));
  for (const call of [
    ...uncounted,
    ...ended,
    ...(await callsIn(run, "inflight", period, "", null)),
  ])
    sum.addCall(call);
  return uncounted.length < mostUncounted;
}

async function callsIn(
  run: Run,
  table: "requests" | "inflight",
  { from, to }: RowRange,
  and: string,
  limit: number | null,
): Promise<readonly TalliedCall[]> {
  const values = createValues();
  const conditions = [
    ...inRange("r.id", { from: idsSince(from), before: to === endless ? null : idsUntil(to) }),
    ...sinceTime(from, { rows: 0, bodies: 0 }),
    ...(to === endless
      ? []
      : [(all: Values) => `r."timestamp" < ${all.add(Math.ceil(to), "bigint")}`]),
  ];
  const rows = await run<TalliedCall>(
    `select ${talliedColumns} from ${table} r where ${whole(conditions, values)}${and}
      ${limit === null ? "" : `order by r.id desc limit ${values.add(limit, "integer")}`}`,
    values.all,
  );
  const original = (text: string | null) => (text === null ? null : originalText(text));
  return rows.map((row) => ({
    ...row,
    original_model: original(row.original_model),
    mapped_model: original(row.mapped_model),
    upstream: original(row.upstream),
    who: original(row.who),
    client: original(row.client),
  }));
}
