// Blobs as files, `<folder>/<first two digits>/<name>`, each written aside and then renamed. It runs
// in threads of the log's own, where waiting for a system call costs a tenth of what a promise does.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { BlobStore } from "../../ports/blob-store.ts";

/** What is being written ends so; a file of that name is never read. */
const unfinished = ".part";

/**
 * @param folder made, with those inside it, when the first blob is written
 * @param shared where blobs of this store may lie among those of others, as earlier versions kept
 *   them all; one that this store is asked about is its own, and `has` takes it over from there
 */
export function createFilesystemBlobs(folder: string, shared: string | null = null): BlobStore {
  const partOf = (name: string) => join(folder, name.slice(0, 2));
  const pathOf = (name: string) => join(partOf(name), name);

  function writeAside(name: string, bytes: Uint8Array): void {
    const path = pathOf(name);
    try {
      writeFileSync(path + unfinished, bytes);
      renameSync(path + unfinished, path);
    } catch (error) {
      try {
        rmSync(path + unfinished, { force: true });
      } catch {
        // The first error counts; what is left is cleared when this part is listed.
      }
      throw error;
    }
  }

  /** @returns whether it lay there */
  function takeOver(name: string): boolean {
    if (shared === null) return false;
    const part = join(shared, name.slice(0, 2));
    const lying = join(part, name);
    if (!existsSync(lying)) return false;
    mkdirSync(partOf(name), { recursive: true, mode: 0o700 });
    renameSync(lying, pathOf(name));
    try {
      rmdirSync(part);
    } catch {
      // Others are left in it.
    }
    return true;
  }

  return {
    async put(name, bytes) {
      try {
        writeAside(name, bytes);
      } catch (error) {
        if (!isMissing(error)) throw error;
        // The folder may also have been taken away since the last blob.
        mkdirSync(partOf(name), { recursive: true, mode: 0o700 });
        writeAside(name, bytes);
      }
    },
    async get(name) {
      const own = () => orMissing(() => readFileSync(pathOf(name)), null);
      if (shared === null) return own();
      const there = () => orMissing(() => readFileSync(join(shared, name.slice(0, 2), name)), null);
      // Another thread may take it over between the first two looks.
      return own() ?? there() ?? own();
    },
    has: async (name) => existsSync(pathOf(name)) || takeOver(name),
    async remove(name) {
      if (!existsSync(pathOf(name)) && !takeOver(name)) return;
      rmSync(pathOf(name), { force: true });
    },
    async list(firstDigits) {
      const part = join(folder, firstDigits);
      const found = orMissing(() => readdirSync(part), []);
      // Whoever lists is the only writer, and does not write meanwhile.
      for (const file of found)
        if (file.endsWith(unfinished)) rmSync(join(part, file), { force: true });
      return found.filter((file) => /^[0-9a-f]{32}$/.test(file) && file.startsWith(firstDigits));
    },
  };
}

/**
 * The blobs of one owner among several in a folder.
 * @param hasSharedBlobs some of them may lie in the folder itself
 */
export function filesystemBlobsOf(
  folder: string,
  { id, hasSharedBlobs }: { readonly id: string; readonly hasSharedBlobs: boolean },
): BlobStore {
  return createFilesystemBlobs(join(folder, id), hasSharedBlobs ? folder : null);
}

function orMissing<Result, Otherwise>(
  read: () => Result,
  otherwise: Otherwise,
): Result | Otherwise {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return otherwise;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
