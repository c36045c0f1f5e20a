// A filter as conditions on the columns of a call, in the words of the indexes that lead to its rows.
import type { LogFilter } from "../../../ports/browse.ts";
import type { Floors } from "./floors.ts";
import { lowestId } from "./id-times.ts";
import { safeText } from "./safe-text.ts";
import { modelStart } from "./tables.ts";

/** Collects what a statement compares with. */
export interface Values {
  readonly all: readonly unknown[];
  /** @returns the value's place in the statement */
  add(value: unknown, type: string): string;
}

export function createValues(): Values {
  const all: unknown[] = [];
  return { all, add: (value, type) => `$${all.push(value)}::${type}` };
}

/** A condition whose values are added when a statement is made. */
export type Condition = (values: Values) => string;

/** At most, between a request's id and its timestamp: the body is read in between. */
const idLeadMs = 3_600_000;

/** Ids from the first to before the second, UUIDs; null: without an end there. */
export interface IdRange {
  readonly from: string | null;
  readonly before: string | null;
}

/** No row of that time or later has an id before it. @param time epoch ms; 0: there is no earliest */
export function idsSince(time: number): string | null {
  return time <= 0 ? null : lowestId(time - idLeadMs);
}

/** @param key column of a table, a UUID */
export function inRange(key: string, { from, before }: IdRange): readonly Condition[] {
  return [
    ...(from === null ? [] : [(values: Values) => `${key} >= ${values.add(from, "uuid")}`]),
    ...(before === null ? [] : [(values: Values) => `${key} < ${values.add(before, "uuid")}`]),
  ];
}

/** All of them, as they stand behind `where`. */
export function whole(conditions: readonly Condition[], values: Values): string {
  return conditions.length === 0
    ? "true"
    : conditions.map((condition) => condition(values)).join(" and ");
}

/** Of rows not from before what is kept, and not older than that time, epoch ms. */
export function sinceTime(since: number | undefined, floors: Floors): readonly Condition[] {
  const time = Math.ceil(Math.max(since ?? 0, floors.rows));
  return time <= 0 ? [] : [(values) => `r."timestamp" >= ${values.add(time, "bigint")}`];
}

/** The ids that a filter's page lies within. */
export function rangeOf(
  { since, before }: Pick<LogFilter, "since" | "before">,
  floors: Floors,
): IdRange {
  return { from: idsSince(Math.max(since ?? 0, floors.rows)), before: before ?? null };
}

/** All of a filter but the words that it looks for, and the model. */
export function columnConditions(
  filter: Pick<LogFilter, "service_type" | "status" | "upstream" | "state" | "resent_from">,
): readonly Condition[] {
  const { service_type, status, upstream, state, resent_from } = filter;
  const conditions: Condition[] = [];
  const same = (column: string, value: string | undefined, indexed = "") => {
    if (value !== undefined)
      conditions.push((values) => `r.${column} = ${values.add(safeText(value), "text")}${indexed}`);
  };
  same(
    "service_type",
    service_type,
    service_type === "openai" ? "" : " and r.service_type <> 'openai'",
  );
  same("upstream", upstream);
  same("state", state, state === "completed" ? "" : " and r.state <> 'completed'");
  same("resent_from", resent_from);
  if (status !== undefined) conditions.push((values) => statusCondition(status, values));
  return conditions;
}

function statusCondition(
  { from, to }: { readonly from: number; readonly to: number },
  values: Values,
): string {
  const indexed = from <= 200 && to >= 200 ? "" : " and r.status_code <> 200";
  if (from === to) return `r.status_code = ${values.add(from, "integer")}${indexed}`;
  if (from % 100 === 0 && to === from + 99)
    return `(r.status_code / 100) = ${values.add(from / 100, "integer")}${indexed}`;
  return `r.status_code between ${values.add(from, "integer")} and ${values.add(to, "integer")}${indexed}`;
}

/** Those asked for and those sent under that name, apart: each has an index that gives its rows in order. */
export function modelConditions(model: string): readonly Condition[] {
  const name = safeText(model);
  return (["r.original_model", "r.other_model"] as const).map((column) => (values) => {
    const value = values.add(name, "text");
    return `${modelStart(column)} = ${modelStart(value)} and ${column} = ${value}`;
  });
}

/** One of them holds. */
export function anyOf(conditions: readonly Condition[]): Condition {
  return (values) => `(${conditions.map((condition) => `(${condition(values)})`).join(" or ")})`;
}
