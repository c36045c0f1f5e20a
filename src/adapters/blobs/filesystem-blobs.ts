// Blobs as files, `<folder>/<first two digits>/<name>`, each written aside and then renamed. It runs
// in threads of the log's own, where waiting for a system call costs a tenth of what a promise does.
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { BlobStore } from "../../ports/blob-store.ts";

/** What is being written ends so; a file of that name is never read. */
const unfinished = ".part";

/**
 * @param folder made, with those inside it, when the first blob is written
 * @param sources folders of other stores that keep what they have: blobs may still lie there, and one
 *   that this store is asked about is its own, so that `has` gets it from there
 */
export function createFilesystemBlobs(folder: string, sources: readonly string[] = []): BlobStore {
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

  /** @returns whether it lay in one of the sources */
  function takeOver(name: string): boolean {
    for (const source of sources) {
      const lying = join(source, name.slice(0, 2), name);
      if (!existsSync(lying)) continue;
      mkdirSync(partOf(name), { recursive: true, mode: 0o700 });
      copyAside(lying, name);
      return true;
    }
    return false;
  }

  function copyAside(from: string, name: string): void {
    try {
      // Takes no room until one of the two is removed.
      linkSync(from, pathOf(name));
    } catch {
      writeAside(name, readFileSync(from));
    }
  }

  function inSources(name: string): Uint8Array | null {
    for (const source of sources) {
      const path = join(source, name.slice(0, 2), name);
      const found = orMissing(() => readFileSync(path), null);
      if (found !== null) return found;
    }
    return null;
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
      if (sources.length === 0) return own();
      // Another thread may take it over between two looks.
      return own() ?? inSources(name) ?? own();
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
 * @param owner some of its blobs may lie with the owner that it was copied from
 */
export function filesystemBlobsOf(
  folder: string,
  owner: { readonly id: string; readonly copyOf: string | null },
): BlobStore {
  const sources = owner.copyOf === null ? [] : [join(folder, owner.copyOf)];
  return createFilesystemBlobs(join(folder, owner.id), sources);
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
