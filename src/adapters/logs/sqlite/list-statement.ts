// A filter as the statement that reads its page off an index, in the list's own order.
import type { LogFilter } from "../../../ports/browse.ts";
import { matchExpression } from "./search-index.ts";
import { lowestSeq, seqOf } from "./seq.ts";
import { rowColumns } from "../rows/stored-row.ts";

/** One column's condition. */
export interface Condition {
  /** As in its index. */
  readonly column: string;
  readonly test: string;
  readonly parameters: readonly (string | number)[];
  /** Which rows its index holds, in the list's order, in the index's own words; null: it has no index. */
  readonly indexed: string | null;
}

export interface Statement {
  readonly text: string;
  readonly parameters: readonly (string | number)[];
}

/** A column that names a model; a filter by model looks at both. */
export type ModelColumn = "original_model" | "mapped_model";

const everyRowIndexed = "true";

/** Which rows the index of a model column holds. Those sent on under the name asked for are found by that. */
export const indexedModels: Record<ModelColumn, string> = {
  original_model: everyRowIndexed,
  mapped_model: "mapped_model is not original_model",
};

/** The columns' conditions of a filter. */
export function filterConditions(filter: LogFilter, modelColumn: ModelColumn): Condition[] {
  const { model, service_type, status, upstream, state, resent_from } = filter;
  const conditions: Condition[] = [];
  const same = (
    column: string,
    value: string | number | undefined,
    indexed: string | null = everyRowIndexed,
  ) => {
    if (value !== undefined) conditions.push({ column, test: "= ?", parameters: [value], indexed });
  };
  same(modelColumn, model, indexedModels[modelColumn]);
  same("service_type", service_type, service_type === "openai" ? null : "service_type <> 'openai'");
  same("upstream", upstream);
  same("state", state, state === "completed" ? null : "state <> 'completed'");
  same("resent_from", resent_from);
  if (status === undefined) return conditions;
  const { from, to } = status;
  const indexed = from <= 200 && to >= 200 ? null : "status_code <> 200";
  if (from === to) same("status_code", from, indexed);
  else if (from % 100 === 0 && to === from + 99) same("status_code / 100", from / 100, indexed);
  else
    conditions.push({
      column: "status_code",
      test: "between ? and ?",
      parameters: [from, to],
      indexed,
    });
  return conditions;
}

/**
 * Which condition's index is walked, so that the others are checked on the fewest rows.
 * @param rows that each condition lets through, in their order
 * @returns null where there is no condition
 */
export function leadOf(
  conditions: readonly Condition[],
  rows: readonly number[],
): Condition | null {
  const fewest = Math.min(...rows);
  return conditions[rows.indexOf(fewest)] ?? null;
}

/** Where the rows come from. */
export interface RowSource {
  readonly from: string;
  readonly key: string;
  readonly condition: Statement | null;
  /** It gives its rows in order by itself. */
  readonly isIndex: boolean;
}

export const everyRow: RowSource = {
  from: "requests",
  key: "seq",
  condition: null,
  isIndex: false,
};

/** null where nothing can be found. */
export function soughtRows(q: string, search: string | null): RowSource | null {
  // An id, or its beginning.
  if (/^[0-9a-f]{8}-[0-9a-f-]{0,27}$/i.test(q)) {
    const id = q.toLowerCase();
    const condition = { text: "id >= ? and id < ?", parameters: [id, `${id}g`] };
    return { ...everyRow, condition };
  }
  const match = matchExpression(q);
  if (match === null) return null;
  if (search === null) throw new Error("the search does not work: its index is damaged");
  // The index gives its rows newest first, so that a page of a common word is read off its end.
  return {
    from: `${search} cross join requests on requests.seq = ${search}.rowid`,
    key: `${search}.rowid`,
    condition: { text: `${search} match ?`, parameters: [match] },
    isIndex: true,
  };
}

/** @param lead the condition whose index is to be used; the others' are kept out of it by a `+` */
export function listStatement(
  { before, since }: Pick<LogFilter, "before" | "since">,
  limit: number,
  conditions: readonly Condition[],
  lead: Condition | null,
  source: RowSource = everyRow,
): Statement {
  const { from, key } = source;
  const where: string[] = [];
  const parameters: (string | number)[] = [];
  const add = (text: string, ...values: readonly (string | number)[]) => {
    where.push(text);
    parameters.push(...values);
  };
  if (source.condition !== null) add(source.condition.text, ...source.condition.parameters);
  // The key of a row that has gone is the one its id gave it.
  if (before !== undefined)
    add(`${key} < coalesce((select seq from requests where id = ?), ?)`, before, seqOf(before));
  if (since !== undefined) {
    add("+timestamp >= ?", since);
    add(`${key} >= ?`, lowestSeq(since));
  }
  for (const condition of conditions) {
    const { column, test, indexed } = condition;
    if (condition === lead && indexed !== null) add(indexed);
    add(`${condition === lead ? "" : "+"}(${column}) ${test}`, ...condition.parameters);
  }
  const text = `select ${rowColumns.join(", ")} from ${from}
    ${where.length === 0 ? "" : `where ${where.join(" and ")}`}
    order by ${key} desc limit ?`;
  return { text, parameters: [...parameters, limit] };
}
