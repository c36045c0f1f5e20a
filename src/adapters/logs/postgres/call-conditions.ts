// A filter as conditions on the columns of a call, in the words of the indexes that lead to its rows.
import { programOf } from "../../../domain/log/client-program.ts";
import type { LogFilter } from "../../../ports/browse.ts";
import type { Floors } from "./floors.ts";
import { lowestId } from "./id-times.ts";
import { safeText } from "./safe-text.ts";
import type { Values } from "./statement-values.ts";
import { nameStart } from "./tables.ts";

/** A condition whose values are added when a statement is made. */
export type Condition = (values: Values) => string;

/** At most, between a request's id and its timestamp: the body is read in between. */
const idLeadMs = 3_600_000;

/** Ids from the first to before the second, UUIDs; null: without an end there. */
export interface IdRange {
  readonly from: string | null;
  readonly before: string | null;
}

/** No row of that time or later has an id before it. @param time epoch ms; 0: without an earliest one */
export function idsSince(time: number): string | null {
  return time <= 0 ? null : lowestId(time - idLeadMs);
}

/** Each row of before that time has an id before it: a call's id is made before its time is taken. @param until epoch ms */
export function idsUntil(until: number): string {
  return lowestId(until + 1);
}

/**
 * A range apart: ids made since a time, whose calls are all from then, and ids of before, few of whose
 * calls are. All of those would be looked at for the newest of them, in a partition of the day before
 * even where the page is full without.
 * @param time epoch ms; 0: without an earliest one
 */
export function surestFirst(range: IdRange, time: number): readonly IdRange[] {
  const middle = lowestId(time);
  const { from, before } = range;
  if (time <= 0 || (from !== null && from >= middle) || (before !== null && before <= middle))
    return [range];
  return [
    { from: middle, before },
    { from, before: middle },
  ];
}

/** @param key column of a table, a UUID, or what compares as one */
export function inRange(
  key: string,
  { from, before }: IdRange,
  type: "uuid" | "text" = "uuid",
): readonly Condition[] {
  return [
    ...(from === null ? [] : [(values: Values) => `${key} >= ${values.add(from, type)}`]),
    ...(before === null ? [] : [(values: Values) => `${key} < ${values.add(before, type)}`]),
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

/** Of rows older than that time, epoch ms. */
export function untilTime(until: number | undefined): readonly Condition[] {
  if (until === undefined) return [];
  return [(values) => `r."timestamp" < ${values.add(Math.ceil(until), "bigint")}`];
}

/** The ids that a filter's page lies within. */
export function rangeOf(
  { since, until, before }: Pick<LogFilter, "since" | "until" | "before">,
  floors: Floors,
): IdRange {
  const end = until === undefined ? null : idsUntil(until);
  const ends = [before ?? null, end].filter((id) => id !== null);
  const from = idsSince(Math.max(since ?? 0, floors.rows));
  return { from, before: ends.toSorted()[0] ?? null };
}

/** A condition for which there is an index that begins with its column and has the ids behind it. */
export interface IndexedCondition {
  readonly holds: Condition;
  /** What the index begins with. */
  readonly column: string;
  /** @returns what is sought there, as it stands in the statement */
  readonly value: (values: Values) => string;
  /** What else has to be said for the index to hold the rows, or to give no others. */
  readonly besides: readonly Condition[];
}

/** A filter without its times, words and model. */
export interface ColumnConditions {
  readonly indexed: readonly IndexedCondition[];
  /** Most calls fulfil them, so that no index is worth while. */
  readonly others: readonly Condition[];
}

/** What nearly all calls have is in no index. */
const usual: Readonly<Record<string, string | number>> = {
  service_type: "openai",
  state: "completed",
  status_code: 200,
};

export function columnConditions(
  filter: Pick<
    LogFilter,
    "service_type" | "status" | "upstream" | "state" | "resent_from" | "user" | "client" | "thread"
  >,
): ColumnConditions {
  const indexed: IndexedCondition[] = [];
  const others: Condition[] = [];
  function same(name: string, sought: string | number, expression = `r.${name}`): void {
    const value = (values: Values) =>
      typeof sought === "number"
        ? values.add(sought, "integer")
        : values.add(safeText(sought), "text");
    const holds = (values: Values) => `${expression} = ${value(values)}`;
    if (sought === usual[name]) others.push(holds);
    else indexed.push({ holds, column: expression, value, besides: partOfIndex(name) });
  }
  const { resent_from, state, status, upstream, service_type, user, client, thread } = filter;
  if (thread !== undefined) same("thread_id", thread);
  if (user !== undefined) indexed.push(nameCondition("who", safeText(user)));
  if (client !== undefined) indexed.push(clientCondition(client));
  if (resent_from !== undefined) same("resent_from", resent_from);
  if (state !== undefined) same("state", state);
  if (status !== undefined) {
    const { from, to } = status;
    if (from === to) same("status_code", from);
    else if (from % 100 === 0 && to === from + 99 && from !== 200)
      same("status_class", from / 100, "(r.status_code / 100)");
    else
      others.push(
        (values) =>
          `r.status_code between ${values.add(from, "integer")} and ${values.add(to, "integer")}`,
      );
  }
  if (upstream !== undefined) same("upstream", upstream);
  if (service_type !== undefined) same("service_type", service_type);
  return { indexed, others };
}

/** The rows that a partial index has, said as it says it: the planner compares no more than that. */
function partOfIndex(name: string): readonly Condition[] {
  switch (name) {
    case "resent_from":
      return [() => "r.resent_from is not null"];
    case "thread_id":
      return [() => "r.thread_id is not null"];
    case "state":
      return [() => "r.state <> 'completed'"];
    case "status_code":
    case "status_class":
      return [() => "r.status_code <> 200"];
    case "service_type":
      return [() => "r.service_type <> 'openai'"];
    default:
      return [];
  }
}

type NameColumn = "original_model" | "other_model" | "who" | "client_name";

/** That a column is that name, as stored. */
export function nameCondition(column: NameColumn, name: string): IndexedCondition {
  const isSame: Condition = (values) => `r.${column} = ${values.add(name, "text")}`;
  return {
    holds: isSame,
    column: nameStart(`r.${column}`),
    value: (values) => nameStart(values.add(name, "text")),
    besides: [isSame, ...(column === "original_model" ? [] : [() => `r.${column} is not null`])],
  };
}

/** A program whatever its version, or in one version. */
function clientCondition(client: string): IndexedCondition {
  const name = nameCondition("client_name", safeText(programOf(client) ?? client));
  if (!client.includes("/")) return name;
  const isSame: Condition = (values) => `r.client = ${values.add(safeText(client), "text")}`;
  return { ...name, holds: isSame, besides: [...name.besides, isSame] };
}

/** One of them holds. */
export function anyOf(conditions: readonly Condition[]): Condition {
  return (values) => `(${conditions.map((condition) => `(${condition(values)})`).join(" or ")})`;
}
