// Segments in their tables: written, read in pieces, needed for longer, removed.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { zstdCompressSync } from "bun";
import { createMemoryBlobs } from "../../../../src/adapters/blobs/memory-blobs.ts";
import {
  createBodyReader,
  removeSegments,
  segmentTables,
  writeSegments,
} from "../../../../src/adapters/logs/sqlite/segment-rows.ts";

async function createLab() {
  const db = new Database(":memory:");
  for (const statement of segmentTables) db.run(statement);
  const blobs = createMemoryBlobs();
  const text = "a body among others. ".repeat(20);
  await blobs.put("ab".repeat(16), Buffer.from("outside"));
  writeSegments(db, {
    segments: [
      { id: 1, failed: false, name: null, data: zstdCompressSync(Buffer.from(text)), packed: true },
      { id: 2, failed: true, name: null, data: Buffer.from("as it came"), packed: false },
      { id: 3, failed: false, name: "ab".repeat(16), data: Buffer.from("outside"), packed: false },
    ],
    neededUntil: new Map([
      [1, 10],
      [2, 20],
      [3, 30],
    ]),
  });
  return { db, blobs, read: createBodyReader(db, blobs) };
}

const ids = (db: Database) =>
  db
    .query<{ id: number }, []>("select id from segments order by id")
    .all()
    .map(({ id }) => id);

describe("a body", () => {
  test("is put together from its pieces, wherever they lie", async () => {
    const { read } = await createLab();
    const pieces = [
      { segment: 1, at: 2, length: 5 },
      { segment: 3, at: 0, length: 3 },
      { segment: 2, at: 5, length: 5 },
      { segment: 1, at: 0, length: 1 },
    ];
    expect(String(await read(pieces))).toBe("body out camea");
    expect(await read([])).toHaveLength(0);
  });

  test("is gone with a segment that was removed, and lost with a blob that is not there", async () => {
    const { db, blobs } = await createLab();
    removeSegments(db, "needed_until < ?", 11, 10);
    await blobs.remove("ab".repeat(16));
    expect(await createBodyReader(db, blobs)([{ segment: 1, at: 0, length: 1 }])).toBe("gone");
    expect(await createBodyReader(db, blobs)([{ segment: 3, at: 0, length: 1 }])).toBe("lost");
  });
});

describe("segments", () => {
  test("that a later batch needs stay for as long as it does", async () => {
    const { db } = await createLab();
    const neededUntil = new Map([
      [1, 25],
      [2, 5],
    ]);
    writeSegments(db, { segments: [], neededUntil });
    removeSegments(db, "needed_until < ?", 21, 10);
    expect(ids(db)).toEqual([1, 3]);
  });

  test("go so many at a time, those first that were needed for the shortest time", async () => {
    const { db } = await createLab();
    expect(removeSegments(db, "failed = ?", 0, 1)).toEqual({ ids: [1], names: [], bytes: 0 });
    expect(removeSegments(db, "needed_until < ?", 99, 5)).toEqual({
      ids: [2, 3],
      names: ["ab".repeat(16)],
      bytes: 7,
    });
    expect(db.query("select count(*) as n from segment_data").get()).toEqual({ n: 0 });
  });
});
