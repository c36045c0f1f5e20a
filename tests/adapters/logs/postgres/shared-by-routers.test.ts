// Two routers on one database: what one has written the other reads, and neither touches the other's.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { createPostgresEngine } from "../../../../src/adapters/logs/postgres/postgres-engine.ts";
import type { LogEngine } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogPlace } from "../../../../src/adapters/logs/pipeline/log-place.ts";
import type { LogReader } from "../../../../src/ports/log-reader.ts";
import { ObjectStoreFailure } from "../../../../src/ports/object-store.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { createMemoryObjects } from "../../../lab/memory-objects.ts";
import { databaseInTurn } from "../../../lab/database-in-turn.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { sharedPlace } from "../../../lab/shared-log.ts";
import { withFolderInMemory } from "../../../lab/temp-folder.ts";

const onDatabase = databaseInTurn(withDatabase);

interface Router {
  readonly engine: LogEngine;
  readonly place: LogPlace;
  /** Once all that this router has written is there. */
  reader(): Promise<LogReader>;
}

/** @param inlineLimit bytes of what goes to `objects` */
function withRouters(
  names: readonly string[],
  run: (routers: readonly Router[]) => Promise<void>,
  objects: ReturnType<typeof createMemoryObjects> | null = null,
  inlineLimit = 100,
): Promise<void> {
  return onDatabase((url) =>
    withFolderInMemory(async (folder) => {
      const routers = names.map((name): Router => {
        const engine = createPostgresEngine({ openObjects: () => objects, openWaitMs: 20_000 });
        const shared = sharedPlace(join(folder, `${name}.db`), url);
        const place = { ...shared, blobs: { ...shared.blobs, inlineLimit } };
        const reader = async () => {
          await engine.shared?.arrived(20_000);
          return engine.reader(place);
        };
        return { engine, place, reader };
      });
      try {
        for (const { engine, place } of routers) await engine.open(place, noon);
        await run(routers);
      } finally {
        for (const { engine } of routers) await engine.close();
      }
    }),
  );
}

test("two that write at once have one log, whole and with exact figures", () =>
  withRouters(["a", "b"], async ([a, b]) => {
    if (a === undefined || b === undefined) throw new Error("two were asked for");
    const batches = 10;
    const perBatch = 15;
    // Of the same times: their figures are of the same minutes.
    const writeAll = async ({ engine }: Router, router: number) => {
      for (let batch = 0; batch < batches; batch++)
        await engine.write(
          Array.from({ length: perBatch }, (_, at) => {
            const time = noon + batch * 1_000 + at;
            const own = { id: idAt(time, router), timestamp: time, upstream: `box-${router}` };
            const body = { request: captured(`{"from": ${router}, "at": ${at}}`) };
            return logWrite(own, body, { promptTokens: 1 }, `word${batch} of${router}`);
          }),
        );
    };
    await Promise.all([writeAll(a, 1), writeAll(b, 2)]);
    const readers = [await a.reader(), await b.reader()];
    const all = 2 * batches * perBatch;
    for (const reader of readers) {
      const { logs } = await reader.list({ limit: 500 });
      const ids = logs.map(({ id }) => id);
      expect(ids).toHaveLength(all);
      expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
      expect(await reader.stats(null)).toMatchObject({ requests: all, prompt_tokens: all });
      expect(await reader.stats(noon + 5_000)).toMatchObject({ requests: all / 2 });
      expect((await reader.list({ limit: 500, q: "word3" })).logs).toHaveLength(2 * perBatch);
      expect((await reader.list({ limit: 500, q: "word3 of1" })).logs).toHaveLength(perBatch);
      for (const router of [1, 2])
        expect((await reader.get(idAt(noon + 2_004, router)))?.request_body).toBe(
          `{"from": ${router}, "at": 4}`,
        );
    }
  }));

test("a call in flight is everybody's to see, and is interrupted where its own router has come back", () =>
  withRouters(["a", "b"], async ([a, b]) => {
    if (a === undefined || b === undefined) throw new Error("two were asked for");
    const start = (counter: number) => ({
      ...logWrite(),
      entry: startedEntry({ id: idAt(noon, counter) }),
    });
    await a.engine.write([start(1)]);
    await b.engine.write([start(2)]);
    await a.reader();
    const states = async () =>
      (await (await b.reader()).list({ limit: 5 })).logs.map(({ id, state }) => [id, state]);
    expect(await states()).toEqual([
      [idAt(noon, 2), "inflight"],
      [idAt(noon, 1), "inflight"],
    ]);
    expect(await (await b.reader()).stats(null)).toMatchObject({ requests: 2 });
    await a.engine.close();
    expect(await a.engine.open(a.place, noon + 1)).toMatchObject({ interrupted: 1 });
    expect(await states()).toEqual([
      [idAt(noon, 2), "inflight"],
      [idAt(noon, 1), "interrupted"],
    ]);
    await b.engine.write([logWrite({ id: idAt(noon, 2) })]);
    expect((await states())[0]).toEqual([idAt(noon, 2), "completed"]);
    expect(await (await a.reader()).stats(null)).toMatchObject({ requests: 2 });
  }));

test("a body that has not reached S3 yet is missing like one that is cut, and there when it has", () => {
  const objects = createMemoryObjects();
  objects.fails = new ObjectStoreFailure("passing", "S3 is away");
  const large = crypto.getRandomValues(new Uint8Array(20_000));
  const write = logWrite({}, { request: captured("small"), response: captured(large) });
  return withRouters(
    ["a", "b"],
    async ([a, b]) => {
      await a?.engine.write([write]);
      await a?.reader();
      const detail = async () => (await (await b?.reader())?.get(idAt(noon))) ?? null;
      const missing = {
        response_body: null,
        response_body_truncated: true,
        upstream: "fast-box",
      };
      expect(await detail()).toMatchObject(missing);
      // It answers, but has nothing under the key.
      const put = objects.put.bind(objects);
      const gate = Promise.withResolvers<void>();
      objects.put = async (...given) => {
        await gate.promise;
        return put(...given);
      };
      objects.fails = null;
      expect(await detail()).toMatchObject(missing);
      gate.resolve();
      for (;;) {
        const found = await detail();
        if (found?.response_body === null) continue;
        expect(found).toMatchObject({
          request_body: "small",
          response_body: Buffer.from(large).toString("base64"),
          response_body_truncated: false,
        });
        break;
      }
    },
    objects,
  );
});
