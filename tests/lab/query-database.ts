// A look into a database file past the store that wrote it.
import { Database } from "bun:sqlite";

/** The rows of a query, on a read-only connection of its own. */
export function queryDatabase<Row>(path: string, sql: string): readonly Row[] {
  const raw = new Database(path, { readonly: true });
  try {
    return raw.query<Row, []>(sql).all();
  } finally {
    raw.close();
  }
}
