// Which failures of a disk or a database may pass by themselves.

const passingCodes =
  /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM|PROTOCOL|INTERRUPT)|E[A-Z]+$)/;

/** Whether the same write may succeed later: locks, disks and file systems change, entries do not. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return typeof error.code === "string" && passingCodes.test(error.code);
}
