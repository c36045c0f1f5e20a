// Which index leads to the calls of a filter, and how a statement says so. The planner would choose by
// what it knows of the columns: where it takes a value for a common one, it walks all calls from the
// newest on, which goes on for long where that value has not come for hours.
import {
  anyOf,
  type Condition,
  type IdRange,
  type IndexedCondition,
  inRange,
  whole,
} from "./call-conditions.ts";
import type { Run } from "./client.ts";
import { createValues } from "./statement-values.ts";

/** A filter, taken apart. */
export interface CallFilter {
  readonly range: IdRange;
  /** All of them hold. */
  readonly conditions: readonly Condition[];
  /** All of these, too. */
  readonly indexed: readonly IndexedCondition[];
  /** One of them holds; empty: none is asked for. */
  readonly models: readonly IndexedCondition[];
  readonly limit: number;
}

type Conditions = Pick<CallFilter, "conditions" | "indexed" | "models">;

/** Conditions on `requests r`, and the order in which the one index that fits has its rows: the newest first. */
export interface LedCalls {
  readonly conditions: readonly Condition[];
  readonly order: string;
  /** The index that leads, where each of several has many of the calls; else null. */
  readonly among: IndexedCondition | null;
}

/** All conditions of a filter, for tables and joins that have no index for them. */
export function allOf({ conditions, indexed, models }: Conditions): readonly Condition[] {
  return [
    ...conditions,
    ...indexed.map(({ holds }) => holds),
    ...(models.length === 0 ? [] : [anyOf(models.map(({ holds }) => holds))]),
  ];
}

/** Filters that a statement each is for: those asked for by the model's name, and those sent under it. */
export function alternatives<Filter extends Conditions>(filter: Filter): readonly Filter[] {
  return filter.models.length === 0
    ? [filter]
    : filter.models.map((model) => ({
        ...filter,
        indexed: [...filter.indexed, model],
        models: [],
      }));
}

/** Up to how many rows of an index are counted to find the one with the fewest. */
const mostCounted = 1_000;

/** @param filter one of the alternatives */
export async function ledCalls(run: Run, filter: Conditions, range: IdRange): Promise<LedCalls> {
  const [first, ...more] = filter.indexed;
  if (first === undefined)
    return {
      conditions: [...inRange("r.id", range), ...filter.conditions],
      order: "r.id desc",
      among: null,
    };
  let [best, fewest] = [first, more.length === 0 ? 0 : await countLed(run, first, range)];
  for (const other of more) {
    const found = await countLed(run, other, range);
    if (found < fewest) [best, fewest] = [other, found];
  }
  const others = filter.indexed.filter((one) => one !== best).map(({ holds }) => holds);
  return {
    conditions: [...led(best, range), ...others, ...filter.conditions],
    order: `${best.column} desc, r.id desc`,
    among: more.length > 0 && fewest === mostCounted ? best : null,
  };
}

/** Id of the call that an index has behind this many newer ones; null: the index is shorter. */
export async function idBehind(
  run: Run,
  by: IndexedCondition,
  range: IdRange,
  calls: number,
): Promise<string | null> {
  const values = createValues();
  const [row] = await run<{ id: string }>(
    `select r.id::text as id from requests r where ${whole(led(by, range), values)}
      order by ${by.column} desc, r.id desc limit 1 offset ${values.add(calls, "integer")}`,
    values.all,
  );
  return row?.id ?? null;
}

const ends = {
  first: "00000000-0000-0000-0000-000000000000",
  last: "ffffffff-ffff-ffff-ffff-ffffffffffff",
};

/**
 * That a column has a value, as a stretch of its index. An equation would leave the planner free to
 * take the rows off any index that has them in order of their ids.
 */
export function led(by: IndexedCondition, range: IdRange): readonly Condition[] {
  return [
    (values) =>
      `(${by.column}, r.id) >= (${by.value(values)}, ${values.add(range.from ?? ends.first, "uuid")})`,
    (values) =>
      `(${by.column}, r.id) <= (${by.value(values)}, ${values.add(range.before ?? ends.last, "uuid")})`,
    ...inRange("r.id", range),
    ...by.besides,
  ];
}

/** @returns how many calls an index leads to, at most `most` */
export async function countLed(
  run: Run,
  by: IndexedCondition,
  range: IdRange,
  most = mostCounted,
): Promise<number> {
  const values = createValues();
  const [row] = await run<{ calls: number }>(
    `select count(*)::integer as calls from (select from requests r
      where ${whole(led(by, range), values)} order by ${by.column} desc, r.id desc
      limit ${values.add(most, "integer")}) as counted`,
    values.all,
  );
  return row?.calls ?? 0;
}
