// A filter as conditions and statements that read its rows off an index, in the list's own order.
import { isIdStart } from "../../../domain/log/matched-place.ts";
import type { LogFilter } from "../../../ports/browse.ts";
import { type NameColumn, nameIndexes } from "./known-names.ts";
import { anyEnd, matchExpression, type WordsFrom } from "./search-index.ts";
import { highestSeq, lowestSeq, seqOf } from "./seq.ts";

export type Parameter = string | number;

export interface Statement {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

/** Rows that one index gives in the order of their keys. */
export interface IndexTerm {
  /** As in its index. */
  readonly column: string;
  readonly test: string;
  readonly parameters: readonly Parameter[];
  /** Which rows its index holds, in its own words. */
  readonly indexed: string;
  /** Its name. */
  readonly index: string;
  /** Several values pass, so that the keys are in order within each of them only. */
  readonly isRange?: boolean;
  /** What else these rows have to be, as where an index holds less than the column. */
  readonly besides?: Statement;
}

/** What a filter says of one thing. */
export interface Condition {
  /** Checks it on a row, and leads to no index. */
  readonly check: Statement;
  /** Index terms whose rows together are exactly those that match; null: most rows match, so no index serves it. */
  readonly terms: readonly IndexTerm[] | null;
  /** Where most rows match: which rows an index holds, none of which does. */
  readonly outside?: string;
}

type ColumnFilter = Pick<
  LogFilter,
  | "model"
  | "service_type"
  | "status"
  | "upstream"
  | "state"
  | "resent_from"
  | "user"
  | "client"
  | "thread"
>;

/**
 * The columns' conditions of a filter.
 * @param namesWith of a column those that pass the filter
 */
export function filterConditions(
  filter: ColumnFilter,
  namesWith: (column: NameColumn) => readonly string[],
): readonly Condition[] {
  const { model, service_type, status, upstream, state, resent_from, user, client, thread } =
    filter;
  const conditions: Condition[] = [];
  const same = (column: string, value: Parameter | undefined, indexed: string | null = "true") => {
    if (value !== undefined) conditions.push(compared(column, "= ?", [value], indexed));
  };
  if (model !== undefined) {
    conditions.push(
      anyName(
        ["original_model", "mapped_model"].map((column) => [
          column as NameColumn,
          namesWith(column as NameColumn),
        ]),
      ),
    );
  }
  same("service_type", service_type, service_type === "openai" ? null : "service_type <> 'openai'");
  same("upstream", upstream);
  if (state === "completed") conditions.push(common("state", state));
  else same("state", state, "state <> 'completed'");
  same("resent_from", resent_from);
  same("who", user, "who is not null");
  if (client !== undefined) conditions.push(anyName([["client", namesWith("client")]]));
  if (thread !== undefined) conditions.push(threadCondition(thread));
  if (status === undefined) return conditions;
  const { from, to } = status;
  const indexed = from <= 200 && to >= 200 ? null : "status_code <> 200";
  if (from === 200 && to === 200) conditions.push(common("status_code", from));
  else if (from === to) same("status_code", from, indexed);
  else if (from % 100 === 0 && to === from + 99) same("status_code / 100", from / 100, indexed);
  else conditions.push(compared("status_code", "between ? and ?", [from, to], indexed, true));
  return conditions;
}

/** What most rows are is all that the index of the others has not. */
function common(column: string, value: Parameter): Condition {
  const outside = `${column} <> ${literal(value)}`;
  return { ...compared(column, "= ?", [value], null), outside };
}

/** As the schema names it. */
function indexOf(column: string): string {
  return `requests_${column === "status_code / 100" ? "status_class" : column}`;
}

/** As the schema writes it. */
function literal(value: Parameter): string {
  return typeof value === "number" ? String(value) : `'${value}'`;
}

function compared(
  column: string,
  test: string,
  parameters: readonly Parameter[],
  indexed: string | null,
  isRange = false,
): Condition {
  const check = { text: `+(${column}) ${test}`, parameters };
  if (indexed === null) return { check, terms: null };
  return {
    check,
    terms: [{ column, test, parameters, indexed, index: indexOf(column), isRange }],
  };
}

function anyName(columns: readonly (readonly [NameColumn, readonly string[]])[]): Condition {
  const checks = columns.map(([column, names]) =>
    names.length === 0 ? "false" : `+${column} in (${names.map(() => "?").join(", ")})`,
  );
  return {
    check: {
      text: `(${checks.join(" or ")})`,
      parameters: columns.flatMap(([, names]) => names),
    },
    terms: columns.flatMap(([column, names]) =>
      names.map((name) => ({
        column,
        test: "= ?",
        parameters: [name],
        indexed: nameIndexes[column],
        index: indexOf(column),
      })),
    ),
  };
}

function threadCondition(thread: string): Condition {
  const check = { text: "+thread_id = ?", parameters: [thread] };
  const column = "substr(thread_id, 1, 8)";
  const indexed = "thread_id is not null";
  const parameters = [thread.slice(0, 8)];
  const index = "requests_thread";
  return { check, terms: [{ column, test: "= ?", parameters, indexed, index, besides: check }] };
}

/** Where the rows come from. */
export interface RowSource {
  readonly from: string;
  /** Where its keys alone come from. */
  readonly table: string;
  readonly key: string;
  readonly condition: Statement | null;
  /** It gives its rows in order by itself. */
  readonly isIndex: boolean;
  /** Of an index: whether to ask it of one row takes next to no time. */
  readonly isSoon: boolean;
}

export const everyRow: RowSource = {
  from: "requests",
  table: "requests",
  key: "seq",
  condition: null,
  isIndex: false,
  isSoon: false,
};

/** Words and phrases that are looked up in one row. */
const fewWords = 3;

/** null where nothing can be found. @param wordsFrom of that index */
export function soughtRows(
  q: string,
  search: string | null,
  wordsFrom?: WordsFrom,
): RowSource | null {
  if (isIdStart(q)) {
    const id = q.toLowerCase();
    const condition = { text: "id >= ? and id < ?", parameters: [id, `${id}g`] };
    return { ...everyRow, condition };
  }
  const match = matchExpression(q, wordsFrom);
  if (match === null) return null;
  if (search === null) throw new Error("the search does not work: its index is damaged");
  // The index gives its rows newest first, so that a page of a common word is read off its end.
  return {
    from: `${search} cross join requests on requests.seq = ${search}.rowid`,
    table: search,
    key: `${search}.rowid`,
    condition: { text: `${search} match ?`, parameters: [match] },
    isIndex: true,
    isSoon: !match.includes(anyEnd) && match.split('"').length <= 2 * fewWords,
  };
}

export type Times = Pick<LogFilter, "since" | "until">;

/** Where in the log the rows of a list are. */
export type Range = Times & Pick<LogFilter, "before">;

/**
 * Keys of rows of a range, and some beside its times.
 * @param key of a row
 * @param below what they have to be smaller than, itself one of these; null: nothing
 */
export function keysInRange(
  { since, until, before }: Range,
  key = "seq",
  below: number | null = null,
): readonly Statement[] {
  const ends: readonly Statement[] =
    below !== null
      ? [{ text: "?", parameters: [below] }]
      : [
          ...(until === undefined ? [] : [{ text: "?", parameters: [highestSeq(until)] }]),
          ...(before === undefined ? [] : [keyOf(before)]),
        ];
  const end = ends.map(({ text }) => text).join(", ");
  // Of two bounds SQLite would begin at one, and go through what lies between it and the other.
  const text = `${key} < ${ends.length > 1 ? `min(${end})` : end}`;
  return [
    ...(since === undefined ? [] : [{ text: `${key} >= ?`, parameters: [lowestSeq(since)] }]),
    ...(ends.length === 0
      ? []
      : [{ text, parameters: ends.flatMap(({ parameters }) => parameters) }]),
  ];
}

/** The key of a row that has gone is the one its id gave it. */
function keyOf(id: string): Statement {
  const text = "coalesce((select seq from requests where id = ?), ?)";
  return { text, parameters: [id, seqOf(id)] };
}

/** Rows of a range. */
export function inRange(range: Range, key = "seq"): readonly Statement[] {
  const { since, until } = range;
  return [
    ...(since === undefined ? [] : [{ text: "+timestamp >= ?", parameters: [since] }]),
    ...(until === undefined ? [] : [{ text: "+timestamp < ?", parameters: [until] }]),
    ...keysInRange(range, key),
  ];
}

/** Rows of a term. */
export function ofTerm(term: IndexTerm): readonly Statement[] {
  return [ofIndex(term), ...(term.besides === undefined ? [] : [term.besides])];
}

/** Those that its index leads to, by what the index holds alone. */
export function ofIndex({ column, test, parameters, indexed }: IndexTerm): Statement {
  return { text: `${indexed} and (${column}) ${test}`, parameters };
}

/** Rows that are known by their keys. */
export function ofKeys(keys: readonly number[]): Statement {
  const text = "seq in (select value from json_each(?))";
  return { text, parameters: [JSON.stringify(keys)] };
}

/** All of them, behind `where`. */
export function whole(statements: readonly Statement[]): Statement {
  return {
    text: statements.length === 0 ? "true" : statements.map(({ text }) => text).join(" and "),
    parameters: statements.flatMap(({ parameters }) => parameters),
  };
}

/** The statement that reads the newest of those rows. */
export function newestStatement(
  columns: string,
  statements: readonly Statement[],
  limit: number,
): Statement {
  const { text, parameters } = whole(statements);
  return {
    text: `select ${columns} from requests where ${text} order by seq desc limit ?`,
    parameters: [...parameters, limit],
  };
}
