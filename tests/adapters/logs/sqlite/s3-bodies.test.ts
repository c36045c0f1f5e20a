// The larger bodies of a log in S3 as a blob store like any other, and where they are kept otherwise.
import { describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { createMemoryBlobs } from "../../../../src/adapters/blobs/memory-blobs.ts";
import {
  openS3Bodies,
  readS3Blobs,
  type S3Bodies,
} from "../../../../src/adapters/logs/sqlite/s3-bodies.ts";
import type { BlobStore } from "../../../../src/ports/blob-store.ts";
import { ObjectStoreFailure } from "../../../../src/ports/object-store.ts";
import { blobStoreContract } from "../../../contracts/blob-store.ts";
import { anyBucket, blobPlace } from "../../../lab/log-place.ts";
import { createMemoryObjects, type MemoryObjects } from "../../../lab/memory-objects.ts";

interface Lab {
  readonly db: Database;
  readonly bodies: S3Bodies;
  readonly objects: MemoryObjects;
  readonly elsewhere: BlobStore;
}

async function withBodies(run: (lab: Lab) => Promise<void>): Promise<void> {
  const db = new Database(":memory:");
  const [objects, elsewhere] = [createMemoryObjects(), createMemoryBlobs()];
  const place = { ...blobPlace("unused"), ...anyBucket, spoolMaxSize: 1_000_000 };
  const bodies = openS3Bodies({ db, path: null, place, owner: "log", objects, elsewhere });
  try {
    await run({ db, bodies, objects, elsewhere });
  } finally {
    bodies.close();
    db.close();
  }
}

blobStoreContract("S3, by way of the log's file", (run) =>
  withBodies(({ bodies }) => run(bodies.blobs)),
);

const name = "ab".padEnd(32, "0");
const large = new Uint8Array(400_000).fill(7);

describe("bodies in S3", () => {
  test("were elsewhere before, and are found, listed and removed there", () =>
    withBodies(async ({ db, bodies, objects, elsewhere }) => {
      await elsewhere.put(name, large);
      const { blobs } = bodies;
      expect(await blobs.get(name)).toEqual(large);
      expect(await readS3Blobs(db, objects, elsewhere).get(name)).toEqual(large);
      expect([await blobs.has(name), await blobs.list("ab")]).toEqual([true, [name]]);
      await blobs.remove(name);
      expect([await blobs.has(name), await blobs.list("ab")]).toEqual([false, []]);
    }));

  test("are reported while they wait, with what S3 refuses", () =>
    withBodies(async ({ bodies, objects }) => {
      objects.fails = new ObjectStoreFailure("refused", "there is no such bucket", "S3_BUCKET");
      expect(bodies.report()).toMatchObject({
        bytes: 0,
        maxBytes: 1_000_000,
        oldestAt: null,
        objects: { isUp: true },
      });
      await bodies.blobs.put(name, large);
      expect(bodies.report()).toMatchObject({ bytes: 400_000, oldestAt: expect.any(Number) });
      while (bodies.report().objects?.isUp === true) await Bun.sleep(20);
      expect(bodies.report().objects).toMatchObject({
        refused: "S3_BUCKET: there is no such bucket",
        wasUp: false,
      });
      objects.fails = null;
      while (bodies.report().objects?.isUp === false) await Bun.sleep(20);
      expect([bodies.report().bytes, objects.kept.size]).toEqual([0, 1]);
      expect(await bodies.blobs.get(name)).toEqual(large);
    }));

  test("that are not there whole are not there", () =>
    withBodies(async ({ db, bodies, objects, elsewhere }) => {
      await bodies.blobs.put(name, large);
      while (objects.kept.size === 0 || bodies.report().bytes > 0) await Bun.sleep(20);
      const [key = ""] = objects.kept.keys();
      await objects.put(key, large.subarray(1));
      expect(await readS3Blobs(db, objects, elsewhere).get(name)).toBeNull();
      await objects.remove([key]);
      expect(await readS3Blobs(db, objects, elsewhere).get(name)).toBeNull();
    }));
});
