// A list by duration, tokens or cost, the largest first: off the index of that column where the filter
// lets many rows through, put in order where it lets few.
import type { Database } from "bun:sqlite";
import type { LogFilter, LogSort } from "../../../ports/browse.ts";
import { rowColumns, type StoredRow } from "../rows/stored-row.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { conditionsOf, type Lead, leadOf } from "./lead.ts";
import { inTime, ofTerm, soughtRows, type Statement, whole } from "./list-statement.ts";
import { hasTwins } from "./list-query.ts";
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
  if (q !== undefined) {
    const checks = [...conditions.map(({ check }) => check), ...inTime(own)];
    return rowsAt(
      db,
      foundPlaces(db, column, q, search, [...checks, ...behind(column, after)], limit),
    );
  }
  const lead = leadOf(db, conditions, own, true);
  const all: readonly Statement[] = [...lead.checks, ...inTime(own)];
  const rows = lead.rows ?? (own.since === undefined ? null : rowsSince(db, own.since));
  const ordered = () => orderedPlaces(db, column, lead, [...all, ...behind(column, after)], limit);
  if (rows !== null && rows < maxOrdered) return rowsAt(db, ordered());
  // What leads is checked, too: the way is along the column.
  const checks = [...conditions.map(({ check }) => check), ...inTime(own)];
  const walked = walkedPlaces(db, column, checks, after, limit, lead.terms !== null);
  return rowsAt(db, walked ?? ordered());
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

function rowsSince(db: Database, since: number): number {
  const sql = "select count(*) as rows from (select 1 from requests where timestamp >= ? limit ?)";
  return runSql<{ rows: number }>(db, sql, [since, maxOrdered])[0]?.rows ?? maxOrdered;
}

function orderedPlaces(
  db: Database,
  column: string,
  { terms }: Lead,
  checks: readonly Statement[],
  limit: number,
): readonly Place[] {
  const lists = (terms === null ? [[]] : terms.map(ofTerm)).map((own) => {
    const where = whole([...own, ...checks]);
    return runSql<Place>(
      db,
      `select seq, ${column} as value from requests where ${where.text}
        order by +${column} desc, +seq desc limit ?`,
      [...where.parameters, limit],
    );
  });
  return inOrder(lists, limit);
}

/** @returns null where the filter's rows are too far between along the column */
function walkedPlaces(
  db: Database,
  column: string,
  checks: readonly Statement[],
  after: Place | null,
  limit: number,
  mayGiveUp: boolean,
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
    const [end] = mayGiveUp
      ? runSql<{ value: number }>(
          db,
          `select ${column} as value from requests where ${from.text}
            order by ${column} desc, seq desc limit 1 offset ${maxWalked}`,
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
  column: string,
  q: string,
  search: string | null,
  checks: readonly Statement[],
  limit: number,
): readonly Place[] {
  const source = soughtRows(q, search);
  if (source === null) return [];
  const { from, condition } = source;
  const read = (table: string, own: readonly Statement[]) => {
    const where = whole([...own, ...checks]);
    return runSql<Place>(
      db,
      `select requests.seq as seq, ${column} as value from ${table} where ${where.text}
        order by +${column} desc, +requests.seq desc limit ?`,
      [...where.parameters, limit],
    );
  };
  const own = condition === null ? [] : [condition];
  if (!source.isIndex) return read(from, own);
  return inIndex(() => {
    const found = read(from, own);
    if (!hasTwins(db)) return found;
    const twins = {
      text: `twin_of is not null and twin_of in (select rowid from ${search} where ${condition?.text})`,
      parameters: condition?.parameters ?? [],
    };
    return inOrder([found, read("requests", [twins])], limit);
  });
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
