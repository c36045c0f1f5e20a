// A file of SQLite that cannot be used makes way under another name; it is never deleted.
import { rename } from "node:fs/promises";

export type MovedFor = "unreadable" | "outdated";

/** @param now epoch ms, for the name @returns where the file went */
export async function moveAside(path: string, now: number, why: MovedFor): Promise<string> {
  const time = new Date(now).toISOString().replaceAll(/[:.]/g, "-");
  const movedTo = `${path}.${why}-${time}`;
  await rename(path, movedTo);
  // Its write-ahead log would otherwise be played into the fresh file.
  for (const suffix of ["-wal", "-shm"])
    await rename(path + suffix, movedTo + suffix).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    });
  return movedTo;
}
