// A folder of bodies belongs to one database at a time in each of its parts: nobody sweeps another's,
// and what earlier versions kept side by side finds its owner.
import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { copyFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import {
  createFilesystemBlobs,
  filesystemBlobsOf,
} from "../../../../src/adapters/blobs/filesystem-blobs.ts";
import { openForReading } from "../../../../src/adapters/logs/sqlite/database.ts";
import { migrate } from "../../../../src/adapters/logs/sqlite/migrate.ts";
import { createSqliteReader } from "../../../../src/adapters/logs/sqlite/sqlite-reader.ts";
import type { LogDetail } from "../../../../src/ports/browse.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import {
  blobPlace,
  type LabLog,
  logPlace,
  sqliteLog,
  sqliteStoreOn,
} from "../../../lab/log-place.ts";
import { kyselyOn } from "../../../lab/old-log.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const large = (place: number) => randomBytes(3_000).toString("hex") + place;
const inlineLimit = 1_000;

const call = (minutes: number, body: string): LogWrite =>
  logWrite({ timestamp: noon + minutes * 60_000 }, { response: captured(body) });
const idOf = (minutes: number) => idAt(noon + minutes * 60_000);

/** A router's log on that file, all databases' bodies in one folder beside it. */
async function opened(path: string, folder: string): Promise<LabLog> {
  const writer = sqliteLog();
  const blobs = { path: join(folder, "blobs"), inlineLimit };
  const { failed } = await writer.open({ ...logPlace(path, blobs), patienceMs: 0 }, noon);
  expect(failed).toBeNull();
  return writer;
}

/** What runs at every start and each hour. */
async function sweep({ engine }: LabLog): Promise<void> {
  const step = engine.upkeep.tidy();
  while (await step());
}

async function body(
  path: string,
  folder: string,
  minutes: number,
): Promise<LogDetail["response_body"]> {
  const database = await openForReading(path);
  const place = { ...blobPlace(path), path: join(folder, "blobs") };
  const reader = createSqliteReader(
    database.tables,
    filesystemBlobsOf(place.path, database.state.owner),
    null,
  );
  const detail = await reader.get(idOf(minutes));
  database.close();
  return detail?.response_body ?? null;
}

/** A log as the version before owners left it: its blobs in the folder itself. */
async function writeOldLog(
  path: string,
  folder: string,
  writes: readonly LogWrite[],
): Promise<void> {
  const raw = new Database(path, { create: true });
  await migrate(kyselyOn(raw), "0004-warnings-and-token-parts");
  const blobs = createFilesystemBlobs(join(folder, "blobs"));
  await sqliteStoreOn({ tables: kyselyOn(raw) }, blobs, inlineLimit).write(writes);
  raw.close();
}

const files = (folder: string): readonly string[] =>
  readdirSync(join(folder, "blobs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .toSorted();

describe("two databases in one folder of bodies", () => {
  test("keep each their own through sweeps, retention and the same content in both", () =>
    withTempFolder(async (folder) => {
      const [one, two] = [join(folder, "one.db"), join(folder, "two.db")];
      const [same, first, second] = [large(0), large(1), large(2)];
      const a = await opened(one, folder);
      const b = await opened(two, folder);
      await a.write([call(0, same), call(1, first)]);
      await b.write([call(0, same), call(1, second)]);
      await sweep(a);
      await sweep(b);
      expect(await body(one, folder, 1)).toBe(first);
      expect(await body(two, folder, 1)).toBe(second);
      while (await a.engine.upkeep.removeOlder(noon + 30_000, null, 100));
      expect(await body(two, folder, 0)).toBe(same);
      await a.close();
      await b.close();
    }));
});

describe("a copy of a database, used beside it in the same folder of bodies", () => {
  /** Both have two calls; each then writes, sweeps and removes on its own. */
  async function copied(folder: string, writeOriginal: typeof writeOldLog): Promise<void> {
    const [original, copy] = [join(folder, "requests.db"), join(folder, "copy.db")];
    const [first, second, third, fourth] = [large(0), large(1), large(2), large(3)];
    await writeOriginal(original, folder, [call(0, first), call(1, second)]);
    const a = await opened(original, folder);
    await a.close();
    await copyFile(original, copy);
    const b = await opened(copy, folder);
    const again = await opened(original, folder);
    await again.write([call(2, third)]);
    await b.write([call(3, fourth)]);
    expect(await body(copy, folder, 0)).toBe(first);
    await sweep(b);
    await sweep(again);
    while (await again.engine.upkeep.removeOlder(noon + 90_000, null, 100));
    await sweep(again);
    expect(await body(original, folder, 2)).toBe(third);
    for (const [minutes, content] of [
      [0, first],
      [1, second],
      [3, fourth],
    ] as const)
      expect(await body(copy, folder, minutes)).toBe(content);
    while (await b.engine.upkeep.removeOlder(noon + 86_400_000, null, 100));
    await sweep(b);
    expect(await body(original, folder, 2)).toBe(third);
    await again.close();
    await b.close();
    expect(files(folder)).toHaveLength(1);
  }

  test("does no harm to it, nor it to the copy", () =>
    withTempFolder((folder) =>
      copied(folder, async (path, place, writes) => {
        const writer = await opened(path, place);
        await writer.write(writes);
        await sweep(writer);
        await writer.close();
      }),
    ));

  test("nor where its bodies are still kept as an earlier version did", () =>
    withTempFolder((folder) => copied(folder, writeOldLog)));

  test("is no copy where the first one has been moved, or put back from a copy", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const content = large(0);
      const before = await opened(path, folder);
      await before.write([call(0, content)]);
      await before.close();
      const moved = join(folder, "moved.db");
      await rename(path, moved);
      await (await opened(moved, folder)).close();
      await copyFile(moved, path);
      await rm(moved);
      const writer = await opened(path, folder);
      await sweep(writer);
      await writer.close();
      expect(await body(path, folder, 0)).toBe(content);
      expect(readdirSync(join(folder, "blobs"))).toHaveLength(1);
    }));
});

describe("a database that was moved aside", () => {
  test("finds its bodies again once it is repaired and put back", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const content = large(0);
      const before = await opened(path, folder);
      await before.write([call(0, content)]);
      await before.close();
      await copyFile(path, `${path}.sound`);
      await writeFile(path, "damaged ".repeat(2_000));

      const fresh = await opened(path, folder);
      await fresh.write([call(5, large(5))]);
      await sweep(fresh);
      while (await fresh.engine.upkeep.removeOlder(noon + 86_400_000, null, 100));
      await sweep(fresh);
      await fresh.close();

      await rename(path, `${path}.fresh`);
      await rename(`${path}.sound`, path);
      const again = await opened(path, folder);
      await sweep(again);
      await again.close();
      expect(await body(path, folder, 0)).toBe(content);
    }));

  test("keeps them where it is of an earlier version, too", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const content = large(0);
      await writeOldLog(path, folder, [call(0, content)]);
      await copyFile(path, `${path}.sound`);
      await writeFile(path, "damaged ".repeat(2_000));
      const fresh = await opened(path, folder);
      await sweep(fresh);
      await fresh.close();
      await rename(`${path}.sound`, path);
      const again = await opened(path, folder);
      await sweep(again);
      await again.close();
      expect(await body(path, folder, 0)).toBe(content);
    }));
});

describe("bodies that an earlier version kept side by side", () => {
  test("can be read at once, and lie with their owner after the first sweep", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const contents = Array.from({ length: 20 }, (_, place) => large(place));
      await writeOldLog(
        path,
        folder,
        contents.map((content, place) => call(place, content)),
      );
      const before = files(folder);
      const writer = await opened(path, folder);
      expect(await body(path, folder, 7)).toBe(contents[7] ?? "");
      await sweep(writer);
      for (const [place, content] of contents.entries())
        expect(await body(path, folder, place)).toBe(content);
      expect(files(folder)).toEqual(before);
      // One folder, the owner's: the parts that have been emptied are gone.
      expect(readdirSync(join(folder, "blobs"))).toHaveLength(1);

      // And from then on it is a log like any other.
      await writer.write([call(30, large(30))]);
      while (await writer.engine.upkeep.removeOlder(noon + 5 * 60_000, null, 100));
      expect(files(folder)).toHaveLength(16);
      await writer.close();
    }));

  test("can be removed before they were taken over", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      await writeOldLog(path, folder, [call(0, large(0)), call(1, large(1))]);
      const writer = await opened(path, folder);
      while (await writer.engine.upkeep.removeOlder(noon + 30_000, null, 100));
      expect(files(folder)).toHaveLength(1);
      await writer.close();
    }));

  test("stay where no row of this database knows them: they are another one's", () =>
    withTempFolder(async (folder) => {
      const [one, two] = [join(folder, "one.db"), join(folder, "two.db")];
      const contents = [large(0), large(1), large(2)];
      await writeOldLog(one, folder, [call(0, contents[0] ?? "")]);
      await writeOldLog(two, folder, [call(1, contents[1] ?? ""), call(2, contents[2] ?? "")]);
      const a = await opened(one, folder);
      await sweep(a);
      await sweep(a);
      const b = await opened(two, folder);
      await sweep(b);
      await sweep(a);
      expect(await body(one, folder, 0)).toBe(contents[0] ?? "");
      expect(await body(two, folder, 1)).toBe(contents[1] ?? "");
      expect(await body(two, folder, 2)).toBe(contents[2] ?? "");
      await a.close();
      await b.close();
    }));

  test("are taken over where an earlier start left off", () =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const contents = Array.from({ length: 40 }, (_, place) => large(place));
      await writeOldLog(
        path,
        folder,
        contents.map((content, place) => call(place, content)),
      );
      const cut = await opened(path, folder);
      const step = cut.engine.upkeep.tidy();
      for (let part = 0; part < 100; part++) await step();
      await cut.close();
      const writer = await opened(path, folder);
      await sweep(writer);
      await writer.close();
      expect(readdirSync(join(folder, "blobs"))).toHaveLength(1);
      for (const [place, content] of contents.entries())
        expect(await body(path, folder, place)).toBe(content);
    }));
});
