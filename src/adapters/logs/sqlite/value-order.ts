// Rows in the order of a value, the largest first, equal ones the newest first, those without one last.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";
import type { Lead } from "./lead.ts";
import { ofTerm, type Statement, whole } from "./list-statement.ts";

/** Rows that are read and put in order rather than sought along the index of the column. */
export const maxOrdered = 2_000;

export interface Order {
  /** Largest first. */
  readonly column: string;
  /** Behind which row the list goes on; null: it begins. */
  readonly after: Place | null;
  readonly limit: number;
}

/** A row's place in the order. */
export interface Place {
  readonly seq: number;
  readonly value: number | null;
}

export function placeOf(db: Database, column: string, id: string): Place | null {
  const sql = `select seq, ${column} as value from requests where id = ?`;
  return runSql<Place>(db, sql, [id])[0] ?? null;
}

/** Those behind a place, in the words of no index. */
export function behind(column: string, after: Place | null): readonly Statement[] {
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

/** Of the rows that a lead leads to: all of them are read, and put in order. */
export function orderedPlaces(
  db: Database,
  { column, after, limit }: Order,
  { terms }: Pick<Lead, "terms">,
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

/** The first of several lists together, each of them in order. */
export function inOrder(lists: readonly (readonly Place[])[], limit: number): readonly Place[] {
  if (lists.length === 1) return lists[0] ?? [];
  const unique = new Map(lists.flat().map((place) => [place.seq, place]));
  const rank = ({ value }: Place) => value ?? Number.NEGATIVE_INFINITY;
  return [...unique.values()]
    .toSorted((a, b) => (rank(a) === rank(b) ? b.seq - a.seq : rank(b) - rank(a)))
    .slice(0, limit);
}
