// Both blob stores under the one contract, and what only files can get wrong.
import { describe, expect, test } from "bun:test";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFilesystemBlobs } from "../../../src/adapters/blobs/filesystem-blobs.ts";
import { createMemoryBlobs } from "../../../src/adapters/blobs/memory-blobs.ts";
import { blobStoreContract } from "../../contracts/blob-store.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

blobStoreContract("memory", (run) => run(createMemoryBlobs()));
blobStoreContract("filesystem", (run) =>
  withTempFolder((folder) => run(createFilesystemBlobs(join(folder, "blobs")))),
);

const name = "ab".padEnd(32, "0");
const bytes = new TextEncoder().encode("some bytes");
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe("blobs as files", () => {
  test("make no folder before the first blob", () =>
    withTempFolder(async (folder) => {
      createFilesystemBlobs(join(folder, "blobs"));
      expect(await readdir(folder)).toEqual([]);
    }));

  test("survive their folder being taken away: the next blob makes it anew", () =>
    withTempFolder(async (folder) => {
      const blobs = createFilesystemBlobs(join(folder, "blobs"));
      await blobs.put(name, bytes);
      await rm(join(folder, "blobs"), { recursive: true });
      expect(await blobs.get(name)).toBeNull();
      await blobs.put(name, bytes);
      expect(await blobs.get(name)).toHaveLength(bytes.length);
    }));

  test("are seen by nobody but their owner", () =>
    withTempFolder(async (folder) => {
      await createFilesystemBlobs(join(folder, "blobs")).put(name, bytes);
      expect((await stat(join(folder, "blobs"))).mode & 0o077).toBe(0);
    }));

  test("whose writing was cut off are not listed, and cleared away", () =>
    withTempFolder(async (folder) => {
      const blobs = createFilesystemBlobs(folder);
      await blobs.put(name, bytes);
      await writeFile(join(folder, "ab", `${name.replace("0", "1")}.part`), "half");
      expect(await blobs.list("ab")).toEqual([name]);
      expect(await readdir(join(folder, "ab"))).toEqual([name]);
    }));

  test("that cannot be written leave nothing behind", () =>
    withTempFolder(async (folder) => {
      const blobs = createFilesystemBlobs(folder);
      await mkdir(join(folder, "ab", name), { recursive: true }); // in the way of the rename
      expect(await failure(blobs.put(name, bytes))).toBeInstanceOf(Error);
      expect(await readdir(join(folder, "ab"))).toEqual([name]);
    }));

  test("other files in the folder are left alone", () =>
    withTempFolder(async (folder) => {
      await mkdir(join(folder, "ab"));
      await writeFile(join(folder, "ab", "notes.txt"), "mine");
      expect(await createFilesystemBlobs(folder).list("ab")).toEqual([]);
      expect(await readdir(join(folder, "ab"))).toEqual(["notes.txt"]);
    }));
});
