// Many rows in one statement: what a statement costs beside its rows is more than a row.
import type { Database } from "bun:sqlite";
import { runSql } from "../sqlite-file/run-sql.ts";

export interface Insertion {
  readonly into: string;
  readonly columns: readonly string[];
  /** What follows the values: an `on conflict` clause. */
  readonly onConflict?: string;
}

/** Rows of a statement. Few sizes, so that each is prepared once; SQLite takes 32,766 values. */
const sizes = [64, 8, 1];

/** Inserts rows in their order; each has a value for every column. */
export function insertRows(
  db: Database,
  insertion: Insertion,
  rows: readonly (readonly unknown[])[],
): void {
  let at = 0;
  for (const size of sizes)
    for (; rows.length - at >= size; at += size)
      runSql(db, statement(insertion, size), rows.slice(at, at + size).flat());
}

const statements = new WeakMap<Insertion, Map<number, string>>();

function statement(insertion: Insertion, size: number): string {
  const known = statements.get(insertion) ?? new Map<number, string>();
  statements.set(insertion, known);
  const { into, columns, onConflict = "" } = insertion;
  const row = `(${columns.map(() => "?").join(", ")})`;
  const text =
    known.get(size) ??
    `insert into ${into} (${columns.join(", ")}) values ${Array(size).fill(row).join(", ")} ${onConflict}`;
  known.set(size, text);
  return text;
}

/** An `on conflict` clause that replaces every column of the row that stands there. */
export function replacing(key: string, columns: readonly string[]): string {
  const changes = columns.filter((column) => column !== key);
  return `on conflict (${key}) do update set ${changes.map((column) => `${column} = excluded.${column}`).join(", ")}`;
}
