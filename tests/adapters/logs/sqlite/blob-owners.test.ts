// Each database has a folder of bodies of its own: nobody sweeps another's.
import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { copyFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { filesystemBlobsOf } from "../../../../src/adapters/blobs/filesystem-blobs.ts";
import { openForReading } from "../../../../src/adapters/logs/sqlite/database.ts";
import { createSqliteReader } from "../../../../src/adapters/logs/sqlite/sqlite-reader.ts";
import type { LogDetail } from "../../../../src/ports/browse.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { blobPlace, type LabLog, logPlace, sqliteLog } from "../../../lab/log-place.ts";
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
  const database = openForReading(path);
  const place = { ...blobPlace(path), path: join(folder, "blobs") };
  const reader = createSqliteReader(
    database.connection,
    filesystemBlobsOf(place.path, database.state.owner),
    null,
  );
  const detail = await reader.get(idOf(minutes));
  database.close();
  return detail?.response_body ?? null;
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
  async function copied(folder: string): Promise<void> {
    const [original, copy] = [join(folder, "requests.db"), join(folder, "copy.db")];
    const [first, second, third, fourth] = [large(0), large(1), large(2), large(3)];
    const a = await opened(original, folder);
    await a.write([call(0, first), call(1, second)]);
    await sweep(a);
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

  test("does no harm to it, nor it to the copy", () => withTempFolder(copied));

  test("is not a copy where the first one has been moved, or put back from a copy", () =>
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
});
