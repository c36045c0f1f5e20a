// What the errors of SQLite and of the system under it mean: what may pass, what is damaged, what a
// person can do about it.
import { SQLiteError } from "bun:sqlite";

const passingCodes =
  /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM|PROTOCOL|INTERRUPT)|E[A-Z]+$)/;

/** Whether the same write may succeed later: locks, disks and file systems change, entries do not. */
export function isPassing(error: unknown): boolean {
  return passingCodes.test(codeOf(error));
}

/** Whether SQLite says that this is not a database, or a damaged one. */
export function isUnreadable(error: unknown): boolean {
  const code = error instanceof SQLiteError ? (error.code ?? "") : "";
  return code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT");
}

const remedies: readonly (readonly [codes: RegExp, remedy: string])[] = [
  [/^(?:SQLITE_FULL|ENOSPC|EDQUOT)/, "make room on its disk, or set DB_PATH to a file elsewhere"],
  [/^SQLITE_(?:BUSY|LOCKED|PROTOCOL)/, "another process holds it"],
  [
    /^(?:SQLITE_(?:READONLY|CANTOPEN|IOERR)|E[A-Z]+$)/,
    "see to its folder, its rights and its disk, or set DB_PATH to a file elsewhere",
  ],
];

/** What to do about it, in words; null where it says so itself, or nothing is known. */
export function remedy(error: unknown): string | null {
  const code = codeOf(error);
  return remedies.find(([codes]) => codes.test(code))?.[1] ?? null;
}

/** What went wrong, with SQLite's code where it has one. */
export function inWords(error: unknown): string {
  if (error instanceof SQLiteError) return `${error.message}, ${error.code ?? "no code"}`;
  return error instanceof Error ? error.message : "unknown error";
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "";
}
