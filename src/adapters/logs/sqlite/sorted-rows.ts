// A list by duration, tokens or cost, the largest first: off the index of that column where the filter
// lets many rows through, put in order where it lets few.
import type { Database } from "bun:sqlite";
import type { LogFilter, LogSort } from "../../../ports/browse.ts";
import { rowColumns, type StoredRow } from "../rows/stored-row.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { conditionsOf, type Lead, leadOf, maxCounted } from "./lead.ts";
import {
  type Condition,
  inTime,
  ofTerm,
  type RowSource,
  soughtRows,
  type Statement,
  type Times,
  whole,
} from "./list-statement.ts";
import { hasTwins } from "./list-query.ts";
import { maxCompared, rowsWithWords, withWords, wordsAsSet } from "./search-check.ts";
import { inIndex } from "./search-index.ts";

export type ValueSort = Exclude<LogSort, "time">;

const columns: Readonly<Record<ValueSort, string>> = {
  duration: "duration_ms",
  tokens: "total_tokens",
  cost: "cost",
};

/** Rows that are put in order rather than sought along the index of the column. */
const maxOrdered = 5_000;
/** Rows that are looked at along that index before a filter's own rows are put in order all the same. */
const maxWalked = 10_000;

/** Rows along the column that are compared with those of common words before all of these are put together. */
const maxFirst = 500;
/** Rows with the words that are put in order as they are. */
const maxFound = 2_000;

interface Order {
  /** Largest first. */
  readonly column: string;
  /** Behind which row the list goes on; null: it begins. */
  readonly after: Place | null;
  readonly limit: number;
}

/** A row's place in the order. */
interface Place {
  readonly seq: number;
  readonly value: number | null;
}

/**
 * @param sort which column
 * @param search table of the search's index
 * @throws SearchDamage where that cannot be used
 */
export function sortedRows(
  db: Database,
  filter: LogFilter,
  sort: ValueSort,
  limit: number,
  search: string | null,
): readonly StoredRow[] {
  const column = columns[sort];
  const { before, q, ...own } = filter;
  const after = before === undefined ? null : placeOf(db, column, before);
  // A row that has gone: nobody knows what came behind it.
  if (before !== undefined && after === null) return [];
  const conditions = conditionsOf(db, own);
  const lead = leadOf(db, conditions, own, true);
  const order: Order = { column, after, limit };
  if (q !== undefined) {
    const source = soughtRows(q, search);
    if (source === null) return [];
    const places = () => soughtPlaces(db, order, conditions, lead, own, source, search);
    return rowsAt(db, source.isIndex ? inIndex(places) : places());
  }
  const all: readonly Statement[] = [...lead.checks, ...inTime(own)];
  const rows = lead.rows ?? rowsInTime(db, own);
  const ordered = () => orderedPlaces(db, order, lead, all);
  if (rows !== null && rows < maxOrdered) return rowsAt(db, ordered());
  // What leads is checked, too: the way is along the column.
  const checks = [...conditions.map(({ check }) => check), ...inTime(own)];
  const walked = walkedPlaces(db, order, checks, lead.terms === null ? null : maxWalked);
  return rowsAt(db, walked ?? ordered());
}

/** Places of rows with words: looked up row by row where few rows are in question or nearly all have them. */
function soughtPlaces(
  db: Database,
  order: Order,
  conditions: readonly Condition[],
  lead: Lead,
  times: Times,
  source: RowSource,
  search: string | null,
): readonly Place[] {
  const checks = [...conditions.map(({ check }) => check), ...inTime(times)];
  const found = () => foundPlaces(db, order, source, search, checks);
  if (!source.isIndex || search === null) return found();
  const own = [...inTime(times), ...lead.checks];
  const among = (places: readonly Place[]) => {
    const seqs = places.map(({ seq }) => seq);
    const having = withWords(db, search, source, seqs);
    return places.filter(({ seq }) => having.has(seq)).slice(0, order.limit);
  };
  if (lead.rows !== null && lead.rows <= maxCompared)
    return among(orderedPlaces(db, { ...order, limit: lead.rows }, lead, own));
  const rows = rowsWithWords(db, search, source);
  if (rows !== "many" && rows < maxFound) return found();
  const set = wordsAsSet(search, source, hasTwins(db));
  if (lead.rows !== null && lead.rows < maxCounted)
    return orderedPlaces(db, order, lead, [set, ...own]);
  if (rows === "many") {
    const first = walkedPlaces(db, { ...order, limit: maxFirst }, checks, maxWalked) ?? [];
    const soon = among(first);
    if (soon.length === order.limit) return soon;
  }
  return walkedPlaces(db, order, [set, ...checks], null) ?? [];
}

function placeOf(db: Database, column: string, id: string): Place | null {
  const sql = `select seq, ${column} as value from requests where id = ?`;
  return runSql<Place>(db, sql, [id])[0] ?? null;
}

/** Those behind a place, in the words of no index. */
function behind(column: string, after: Place | null): readonly Statement[] {
  if (after === null) return [];
  const { value, seq } = after;
  return value === null
    ? [{ text: `+${column} is null and +seq < ?`, parameters: [seq] }]
    : [
        {
          text: `(+${column} < ? or (+${column} = ? and +seq < ?) or +${column} is null)`,
          parameters: [value, value, seq],
        },
      ];
}

/** How many rows are of a time, at most `maxOrdered`; null: the filter names none. */
function rowsInTime(db: Database, { since, until }: Times): number | null {
  if (since === undefined && until === undefined) return null;
  const times = whole([
    ...(since === undefined ? [] : [{ text: "timestamp >= ?", parameters: [since] }]),
    ...(until === undefined ? [] : [{ text: "timestamp < ?", parameters: [until] }]),
  ]);
  const sql = `select count(*) as rows from (select 1 from requests where ${times.text} limit ?)`;
  return runSql<{ rows: number }>(db, sql, [...times.parameters, maxOrdered])[0]?.rows ?? null;
}

function orderedPlaces(
  db: Database,
  { column, after, limit }: Order,
  { terms }: Lead,
  checks: readonly Statement[],
): readonly Place[] {
  const lists = (terms === null ? [[]] : terms.map(ofTerm)).map((own) => {
    const where = whole([...own, ...checks, ...behind(column, after)]);
    return runSql<Place>(
      db,
      `select seq, ${column} as value from requests where ${where.text}
        order by +${column} desc, +seq desc limit ?`,
      [...where.parameters, limit],
    );
  });
  return inOrder(lists, limit);
}

/**
 * @param most rows that are looked at before it gives up; null: all
 * @returns null where the filter's rows are too far between along the column
 */
function walkedPlaces(
  db: Database,
  { column, after, limit }: Order,
  checks: readonly Statement[],
  most: number | null,
): readonly Place[] | null {
  const found: Place[] = [];
  const read = (own: Statement, order: string) => {
    const where = whole([own, ...checks]);
    found.push(
      ...runSql<Place>(
        db,
        `select seq, ${column} as value from requests where ${where.text} order by ${order} limit ?`,
        [...where.parameters, limit - found.length],
      ),
    );
  };
  if (after?.value !== null) {
    const from = valuesBehind(column, after);
    const [end] =
      most !== null
        ? runSql<{ value: number }>(
            db,
            `select ${column} as value from requests where ${from.text}
            order by ${column} desc, seq desc limit 1 offset ${most}`,
            from.parameters,
          )
        : [];
    const until = end === undefined ? [] : [{ text: `${column} >= ?`, parameters: [end.value] }];
    read(whole([from, ...until]), `${column} desc, seq desc`);
    if (found.length < limit && end !== undefined) return null;
  }
  if (found.length < limit) {
    const older = after?.value === null ? " and seq < ?" : "";
    const parameters = after?.value === null ? [after.seq] : [];
    read({ text: `${column} is null${older}`, parameters }, "seq desc");
  }
  return found;
}

function valuesBehind(column: string, after: Place | null): Statement {
  return after === null || after.value === null
    ? { text: `${column} is not null`, parameters: [] }
    : {
        text: `${column} <= ? and (${column} < ? or seq < ?)`,
        parameters: [after.value, after.value, after.seq],
      };
}

/** Those that have the words, and those that share their entries. */
function foundPlaces(
  db: Database,
  { column, after, limit }: Order,
  source: RowSource,
  search: string | null,
  checks: readonly Statement[],
): readonly Place[] {
  const { from, condition } = source;
  const read = (table: string, own: readonly Statement[]) => {
    const where = whole([...own, ...checks, ...behind(column, after)]);
    return runSql<Place>(
      db,
      `select requests.seq as seq, ${column} as value from ${table} where ${where.text}
        order by +${column} desc, +requests.seq desc limit ?`,
      [...where.parameters, limit],
    );
  };
  const own = condition === null ? [] : [condition];
  if (!source.isIndex) return read(from, own);
  const found = read(from, own);
  if (!hasTwins(db)) return found;
  const twins = {
    text: `twin_of is not null and twin_of in (select rowid from ${search} where ${condition?.text})`,
    parameters: condition?.parameters ?? [],
  };
  return inOrder([found, read("requests", [twins])], limit);
}

/** The first of several lists together, each of them in order. */
function inOrder(lists: readonly (readonly Place[])[], limit: number): readonly Place[] {
  if (lists.length === 1) return lists[0] ?? [];
  const unique = new Map(lists.flat().map((place) => [place.seq, place]));
  const rank = ({ value }: Place) => value ?? Number.NEGATIVE_INFINITY;
  return [...unique.values()]
    .toSorted((a, b) => (rank(a) === rank(b) ? b.seq - a.seq : rank(b) - rank(a)))
    .slice(0, limit);
}

const rowsSql = `select seq, ${rowColumns.join(", ")} from requests
  where seq in (select value from json_each(?))`;

/** The rows at these places, in their order. */
function rowsAt(db: Database, places: readonly Place[]): readonly StoredRow[] {
  const found = runSql<StoredRow & { readonly seq: number }>(db, rowsSql, [
    JSON.stringify(places.map(({ seq }) => seq)),
  ]);
  const bySeq = new Map(found.map(({ seq, ...row }) => [seq, row]));
  return places.flatMap(({ seq }) => bySeq.get(seq) ?? []);
}
