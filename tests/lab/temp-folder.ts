// A folder of its own for the length of one test.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs the test with an empty folder and removes it, whatever became of the test. */
export function withTempFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  return withFolderIn(tmpdir(), run);
}

/** As `withTempFolder`, in memory where the system has such a place: what a test writes waits for no disk. */
export function withFolderInMemory<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const shared = "/dev/shm";
  return withFolderIn(existsSync(shared) ? shared : tmpdir(), run);
}

async function withFolderIn<T>(parent: string, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parent, "smolrouter-test-"));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
