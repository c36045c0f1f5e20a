// What to do where the log's database cannot be written: reported at start, while requests are served anyway.
import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Whether this process may write a file, or make one in a folder. */
export type MayWrite = (path: string) => boolean;

/** @returns the advice in a line; null where the database, or the folder it goes to, may be written */
export function databaseAdvice(dbPath: string, mayWrite: MayWrite = writable): string | null {
  const path = resolve(dbPath);
  const own = [path, `${path}-wal`, `${path}-shm`].filter((file) => existsSync(file));
  const refused = [...own, nearestFolder(path)].find((place) => !mayWrite(place));
  if (refused === undefined) return null;
  const uid = process.getuid?.();
  const who = uid === undefined ? "this user" : `the user with id ${uid}`;
  return `requests are not logged: ${refused} may not be written by ${who}; give it the right to (chown, chmod; a mount may be read-only), or set DB_PATH to a file in a folder of its own`;
}

/** The folder the file is in, or the one in which its folders will be made. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder);
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
