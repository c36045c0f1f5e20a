// The codes of PostgreSQL's errors (SQLSTATE), and where the driver puts them.

/** The server's own code; null: the error is not the server's. */
export function stateOf(error: unknown): string | null {
  const state = error instanceof Error && "errno" in error ? error.errno : null;
  return typeof state === "string" && /^[\dA-Z]{5}$/.test(state) ? state : null;
}

/** The tables are not there, or not yet. */
export function isWithoutTables(error: unknown): boolean {
  return stateOf(error) === "42P01";
}

/** A lock was not to be had within `lock_timeout`. */
export function isLocked(error: unknown): boolean {
  return stateOf(error) === "55P03";
}
