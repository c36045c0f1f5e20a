// The codes of PostgreSQL's errors (SQLSTATE) that something follows from, and where the driver puts them.

export const sqlState = {
  lockNotAvailable: "55P03",
} as const;

/** The server's own code; null: the error is not the server's. */
export function stateOf(error: unknown): string | null {
  const state = error instanceof Error && "errno" in error ? error.errno : null;
  return typeof state === "string" && /^[\dA-Z]{5}$/.test(state) ? state : null;
}

export function hasCode(error: unknown, code: string): boolean {
  return stateOf(error) === code;
}
