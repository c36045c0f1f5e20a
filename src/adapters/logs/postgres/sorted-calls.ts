// A list by duration, tokens or cost, the largest first: off the index of that column where the filter
// lets many calls through, put in order where it lets few.
import type { SoughtWords } from "../../../domain/log/words-of.ts";
import type { LogSort } from "../../../ports/browse.ts";
import type { StoredRow } from "../rows/stored-row.ts";
import { type Condition, type IndexedCondition, inRange, whole } from "./call-conditions.ts";
import { type ReadColumns, readColumnsOfR, storedRow } from "./call-columns.ts";
import type { Run } from "./client.ts";
import { allOf, alternatives, type CallFilter, countLed, led } from "./led-calls.ts";
import { countFound, found, searchSettings, type SearchLimits } from "./search-calls.ts";
import { textSearch } from "./sought.ts";
import { createValues } from "./statement-values.ts";
import { uuids } from "./write-calls.ts";

export interface Sorting {
  readonly sort: Exclude<LogSort, "time">;
  /** The last id of the page before. */
  readonly before: string | undefined;
  /** Empty: none. */
  readonly sought: readonly SoughtWords[];
  /** The filter's calls in flight. */
  readonly started: readonly StoredRow[];
  readonly limits: SearchLimits;
}

const columns = {
  duration: { name: "duration_ms", type: "double precision" },
  tokens: { name: "total_tokens", type: "bigint" },
  cost: { name: "cost", type: "bigint" },
} as const;

type Column = (typeof columns)[keyof typeof columns];

/** Calls that are put in order rather than sought along the index of the column. */
const maxOrdered = 5_000;
/** Calls that are looked at along that index before a filter's own calls are put in order all the same. */
const maxWalked = 10_000;

/** A call's place in the order. */
interface Place {
  readonly id: string;
  readonly value: number | null;
}

/** The first of those calls, at most as many as the filter says. */
export async function sortedCalls(
  run: Run,
  filter: CallFilter,
  { sort, before, sought, started, limits }: Sorting,
): Promise<readonly StoredRow[]> {
  const column = columns[sort];
  const after = before === undefined ? null : await placeOf(run, column, before);
  // A call that has gone: nobody knows what came behind it.
  if (before !== undefined && after === null) return [];
  const places =
    sought.length > 0
      ? await foundPlaces(run, filter, column, after, sought, limits)
      : await filteredPlaces(run, filter, column, after);
  const begun = started
    .filter(({ id }) => after === null || after.value !== null || id < after.id)
    .map(({ id }): Place => ({ id, value: null }));
  const ordered = inOrder([begun, places], filter.limit);
  const rows = new Map(started.map((row) => [row.id, row]));
  // An end counts, where it has come and the start is still there.
  for (const row of await rowsAt(run, ordered)) rows.set(row.id, row);
  return ordered.flatMap(({ id }) => rows.get(id) ?? []);
}

async function placeOf(run: Run, { name }: Column, id: string): Promise<Place | null> {
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) return null;
  const of = (table: string) =>
    `select id::text as id, ${name}::double precision as value from ${table} where id = $1::uuid`;
  const rows = await run<Place>(`${of("requests")} union all ${of("inflight")}`, [id]);
  return rows[0] ?? null;
}

/** Those behind a place. */
function behind({ name, type }: Column, after: Place | null): readonly Condition[] {
  if (after === null) return [];
  const { value, id } = after;
  return [
    (values) => {
      const older = `r.id < ${values.add(id, "uuid")}`;
      if (value === null) return `(r.${name} is null and ${older})`;
      const its = values.add(value, type);
      return `(r.${name} < ${its} or (r.${name} = ${its} and ${older}) or r.${name} is null)`;
    },
  ];
}

const orderOf = ({ name }: Column) => `r.${name} desc nulls last, r.id desc`;

async function filteredPlaces(
  run: Run,
  filter: CallFilter,
  column: Column,
  after: Place | null,
): Promise<readonly Place[]> {
  const ways = await waysOf(run, filter);
  const order = () => orderedPlaces(run, filter, ways ?? [], column, after);
  if (ways !== null && ways.reduce((sum, { calls }) => sum + calls, 0) < maxOrdered) return order();
  const conditions = [...inRange("r.id", filter.range), ...allOf(filter)];
  const walked = await walkedPlaces(run, { ...filter, conditions }, column, after, ways !== null);
  return walked ?? order();
}

/** An alternative of a filter, with the index that leads to the fewest of its calls. */
interface Way {
  readonly by: IndexedCondition;
  readonly others: readonly Condition[];
  /** At most `maxOrdered`. */
  readonly calls: number;
}

/** null where no index leads to them. */
async function waysOf(run: Run, filter: CallFilter): Promise<readonly Way[] | null> {
  const ways: Way[] = [];
  for (const { indexed, conditions } of alternatives(filter)) {
    const [first] = indexed;
    if (first === undefined) return null;
    let [by, calls] = [first, Number.POSITIVE_INFINITY];
    for (const one of indexed) {
      const counted = await countLed(run, one, filter.range, maxOrdered);
      if (counted < calls) [by, calls] = [one, counted];
    }
    const others = indexed.filter((one) => one !== by).map(({ holds }) => holds);
    ways.push({ by, others: [...others, ...conditions], calls });
  }
  return ways;
}

async function orderedPlaces(
  run: Run,
  { range, limit }: Pick<CallFilter, "range" | "limit">,
  ways: readonly Way[],
  column: Column,
  after: Place | null,
): Promise<readonly Place[]> {
  const lists: (readonly Place[])[] = [];
  for (const { by, others } of ways) {
    const values = createValues();
    const where = whole([...led(by, range), ...others, ...behind(column, after)], values);
    lists.push(
      await run<Place>(
        `with own as materialized (select r.id, r.${column.name} as value from requests r where ${where})
          select id::text as id, value::double precision as value from own
            order by own.value desc nulls last, own.id desc limit ${values.add(limit, "integer")}`,
        values.all,
      ),
    );
  }
  return inOrder(lists, limit);
}

/** @returns null where the filter's calls are too far between along the column */
async function walkedPlaces(
  run: Run,
  { conditions, limit }: Pick<CallFilter, "conditions" | "limit">,
  column: Column,
  after: Place | null,
  mayGiveUp: boolean,
  from = "requests r",
): Promise<readonly Place[] | null> {
  const { name, type } = column;
  const found: Place[] = [];
  const read = async (own: readonly Condition[]) => {
    const values = createValues();
    const where = whole([...own, ...conditions], values);
    found.push(
      ...(await run<Place>(
        `select r.id::text as id, r.${name}::double precision as value from ${from} where ${where}
          order by ${orderOf(column)} limit ${values.add(limit - found.length, "integer")}`,
        values.all,
      )),
    );
  };
  const value = after?.value ?? null;
  if (after === null || value !== null) {
    const known: Condition =
      after === null
        ? () => `r.${name} is not null`
        : (values) =>
            `(r.${name}, r.id) < (${values.add(value, type)}, ${values.add(after.id, "uuid")})`;
    const end = mayGiveUp ? await valueBehind(run, column, known) : null;
    await read([
      known,
      ...(end === null
        ? []
        : [(values: Parameters<Condition>[0]) => `r.${name} >= ${values.add(end, type)}`]),
    ]);
    if (found.length < limit && end !== null) return null;
  }
  if (found.length < limit)
    await read([
      () => `r.${name} is null`,
      ...inRange("r.id", { from: null, before: value === null ? (after?.id ?? null) : null }),
    ]);
  return found;
}

/** The value that many calls further on; null: there are fewer. */
async function valueBehind(run: Run, column: Column, known: Condition): Promise<number | null> {
  const values = createValues();
  const [row] = await run<{ value: number }>(
    `select r.${column.name}::double precision as value from requests r where ${known(values)}
      order by ${orderOf(column)} limit 1 offset ${maxWalked}`,
    values.all,
  );
  return row?.value ?? null;
}

/** Those that have the words: off their index where few have, along the column's where many have. */
async function foundPlaces(
  run: Run,
  filter: CallFilter,
  column: Column,
  after: Place | null,
  sought: readonly SoughtWords[],
  { ofPart }: SearchLimits,
): Promise<readonly Place[]> {
  await run(searchSettings);
  const { range, limit } = filter;
  const all = [...inRange("r.id", range), ...allOf(filter)];
  if ((await countFound(run, range, sought, ofPart)) > ofPart) {
    const conditions = [...all, ...textSearch(sought)];
    const joined = "requests r join search s on s.id = r.id";
    return (await walkedPlaces(run, { conditions, limit }, column, after, false, joined)) ?? [];
  }
  const values = createValues();
  return run<Place>(
    `with found as materialized (select s.id from search s where ${found(range, sought)(values)}),
      own as materialized (select call.* from found, lateral (
        select r.id, r.${column.name} as value from requests r
          where r.id = found.id and ${whole([...all, ...behind(column, after)], values)} offset 0) as call)
      select id::text as id, value::double precision as value from own
        order by own.value desc nulls last, own.id desc limit ${values.add(limit, "integer")}`,
    values.all,
  );
}

/** The first of several lists together; of one id the place in the last list. */
function inOrder(lists: readonly (readonly Place[])[], limit: number): readonly Place[] {
  const unique = new Map(lists.flat().map((place) => [place.id, place]));
  const rank = ({ value }: Place) => value ?? Number.NEGATIVE_INFINITY;
  return [...unique.values()]
    .toSorted((a, b) => (rank(a) === rank(b) ? (a.id < b.id ? 1 : -1) : rank(b) - rank(a)))
    .slice(0, limit);
}

async function rowsAt(run: Run, places: readonly Place[]): Promise<readonly StoredRow[]> {
  const rows = await run<ReadColumns>(
    `select ${readColumnsOfR} from requests r where r.id = any ($1::text::uuid[])`,
    [uuids(places.map(({ id }) => id))],
  );
  return rows.map(storedRow);
}
