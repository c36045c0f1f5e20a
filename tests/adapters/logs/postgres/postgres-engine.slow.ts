// The engine over outbox and PostgreSQL: what it does whose database may be away.
import { describe, expect, test } from "bun:test";
import { SQL } from "bun";
import { join } from "node:path";
import type { LogEngine } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogPlace } from "../../../../src/adapters/logs/pipeline/log-place.ts";
import { createPostgresEngine } from "../../../../src/adapters/logs/postgres/postgres-engine.ts";
import { freePort } from "../../../lab/free-port.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { createS3Objects } from "../../../../src/adapters/blobs/s3/s3-objects.ts";
import { createMemoryObjects } from "../../../lab/memory-objects.ts";
import { sharedPlace, withSharedLog } from "../../../lab/shared-log.ts";
import { startS3Server } from "../../../lab/s3-server.ts";
import { startPostgres, withDatabase } from "../../../lab/postgres.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const rows = [0, 1, 2].map((ms) =>
  logWrite({ timestamp: noon + ms }, { request: captured(`{"body": ${ms}}`) }),
);

async function failureOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error ? error.message : "no error";
  }
  return "it did not fail";
}

async function withEngine<T>(
  run: (engine: LogEngine) => Promise<T>,
  openWaitMs = 20_000,
): Promise<T> {
  const engine = createPostgresEngine({ openObjects: () => null, openWaitMs });
  try {
    return await run(engine);
  } finally {
    await engine.close();
  }
}

test("a large body has more time to come than a list", () =>
  withDatabase((url) =>
    withSharedLog(
      async (engine, place) => {
        await engine.open(place, noon);
        const large = captured(new Uint8Array(8_000_000));
        await engine.write([logWrite({}, { response: large })]);
        const reader = await engine.reader(place);
        const other = new SQL(url, { max: 1 });
        const locked = Promise.withResolvers<void>();
        // Whoever reads a body waits for longer than a read may take.
        const held = other.begin(async (sql) => {
          await sql.unsafe("lock table segments in access exclusive mode");
          locked.resolve();
          await Bun.sleep(3_000);
        });
        await locked.promise;
        const call = await reader.get(idAt(noon));
        await held;
        await other.close();
        expect(call?.response_body?.length).toBe(8_000_000);
      },
      (run) => run(url),
    ),
  ));

describe("a database that is away", () => {
  test("holds up neither the opening nor a write; reads say since when, and rows are there when it comes", () =>
    withTempFolder((folder) =>
      withEngine(async (engine) => {
        const server = await startPostgres();
        try {
          const place = sharedPlace(join(folder, "requests.db"), server.url());
          server.stop("fast");
          expect(await engine.open(place, noon)).toEqual({ interrupted: 0, search: "whole" });
          expect(await engine.write(rows)).toEqual({ lostBodies: 0, message: null });
          const { database, rows: waiting, path } = engine.shared!.spool();
          expect(database).toMatchObject({ isUp: false, wasUp: false, refused: null });
          expect([waiting, path]).toEqual([3, place.path]);
          const reader = await engine.reader(place);
          expect(await failureOf(() => reader.list({ limit: 1 }))).toMatch(
            /^not reachable since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: PostgreSQL cannot be reached/,
          );
          await engine.shared!.arrived(60_000); // at once
          server.start();
          while (engine.shared!.spool().rows > 0) await Bun.sleep(50);
          expect((await reader.list({ limit: 5 })).logs.map(({ id }) => id)).toEqual(
            [2, 1, 0].map((ms) => idAt(noon + ms)),
          );
          expect((await reader.get(idAt(noon + 1)))?.request_body).toBe('{"body": 1}');
        } finally {
          server.remove();
        }
      }),
    ));

  test("that is silent is not waited for: reads end within seconds, writes at once", () =>
    withTempFolder((folder) =>
      withEngine(async (engine) => {
        const server = await startPostgres();
        try {
          const place = sharedPlace(join(folder, "requests.db"), server.url());
          await engine.open(place, noon);
          const reader = await engine.reader(place);
          await reader.list({ limit: 1 });
          server.signal("SIGSTOP");
          const read = failureOf(() => reader.list({ limit: 1 }));
          for (const row of rows) await engine.write([row]);
          expect(engine.shared!.spool().rows).toBe(3);
          expect(await read).toContain("not reachable since");
          server.signal("SIGCONT");
          while (engine.shared!.spool().rows > 0) await Bun.sleep(50);
          expect((await reader.stats(null)).requests).toBe(3);
        } finally {
          server.remove();
        }
      }),
    ));
});

describe("a database that refuses the router", () => {
  const refused = (path: string, url: string) =>
    withEngine(async (engine) => {
      await engine.open(sharedPlace(path, url), noon);
      const report = engine.shared!.spool();
      // What is wrong may be put right while the router runs.
      expect(await engine.write(rows)).toEqual({ lostBodies: 0, message: null });
      return report;
    });

  test("for its password, or as there is none of that name, is told from one that is away", () =>
    withTempFolder((folder) =>
      withDatabase(async (url) => {
        const path = join(folder, "requests.db");
        const secret = "not-the-secret-word";
        const wrong = await refused(path, url.replace(/:[^:@/]+@/, `:${secret}@`));
        expect(wrong.database).toMatchObject({ isUp: false, wasUp: false });
        expect(wrong.database.refused).toContain("DATABASE_URL");
        const absent = await refused(path, url.replace(/\/[^/]*$/, "/nothing_of_that_name"));
        expect(absent.database.refused).toContain("no such database");
        const away = await refused(
          path,
          `postgres://lab:${secret}@127.0.0.1:${await freePort()}/x`,
        );
        expect(away.database).toMatchObject({ isUp: false, refused: null });
        for (const report of [wrong, absent, away])
          expect(JSON.stringify(report)).not.toContain(secret);
      }),
    ));
});

test("an engine that only reads needs no outbox, and sees what others write", () =>
  withSharedLog(async (writing, place) => {
    await writing.open(place, noon);
    await writing.write(rows);
    await writing.shared!.arrived(20_000);
    await withEngine(async (engine) => {
      const elsewhere: LogPlace = { ...place, path: "/nowhere/requests.db" };
      const { logs } = await (await engine.reader(elsewhere)).list({ limit: 5, q: "gpt" });
      expect(logs).toHaveLength(3);
      expect((await engine.answers(elsewhere)).find).toBeFunction();
    });
  }));

test("what waits in a router that ends is brought to the database first", () =>
  withTempFolder((folder) =>
    withDatabase(async (url) => {
      const place = sharedPlace(join(folder, "requests.db"), url);
      await withEngine(async (engine) => {
        await engine.open(place, noon);
        await engine.write(rows);
      });
      await withEngine(async (engine) => {
        expect((await (await engine.reader(place)).stats(null)).requests).toBe(3);
      });
    }),
  ));

test("large bodies lie in S3, small ones in the database, and both are read from there", () =>
  withTempFolder((folder) =>
    withDatabase(async (url) => {
      const objects = createMemoryObjects();
      const engine = createPostgresEngine({ openObjects: () => objects, openWaitMs: 20_000 });
      const place = sharedPlace(join(folder, "requests.db"), url, { inlineLimit: 1_000 });
      const body = (at: number) => `${at} `.repeat(at % 2 === 0 ? 20_000 : 20);
      try {
        await engine.open(place, noon);
        for (const at of [1, 2, 3, 4])
          await engine.write([logWrite({ id: idAt(noon, at) }, { request: captured(body(at)) })]);
        while (engine.shared!.spool().bytes > 0) await Bun.sleep(50);
        const keys = [...objects.kept.keys()];
        expect(keys.length).toBeGreaterThan(0);
        for (const key of keys) expect(key).toMatch(/^\d{4}-\d\d-\d\d\/[\da-f-]{36}$/);
        const reader = await engine.reader(place);
        for (const at of [1, 2, 3, 4])
          expect((await reader.get(idAt(noon, at)))?.request_body).toBe(body(at));
        await objects.remove(keys);
        const lost = await reader.get(idAt(noon, 2));
        expect([lost?.request_body, lost?.request_body_truncated]).toEqual([null, true]);
        expect((await reader.get(idAt(noon, 1)))?.request_body).toBe(body(1));
      } finally {
        await engine.close();
      }
    }),
  ));

test("bodies that wait for S3 are read by the router that has them, and by no other", () =>
  withTempFolder((folder) =>
    withDatabase(async (url) => {
      const s3 = await startS3Server();
      const openObjects = (_: unknown, limitMs = 300) => createS3Objects(s3.settings, { limitMs });
      const engine = createPostgresEngine({ openObjects, openWaitMs: 20_000 });
      const other = createPostgresEngine({ openObjects });
      const place = sharedPlace(join(folder, "requests.db"), url, { inlineLimit: 1_000 });
      const long = (at: number) => `${at} `.repeat(20_000);
      const write = (at: number) =>
        engine.write([
          logWrite(
            { id: idAt(noon, at) },
            { request: captured(long(at)), response: captured("ok") },
          ),
        ]);
      const waiting = (at: number) => engine.shared!.waitingCall(idAt(noon, at));
      try {
        await engine.open(place, noon);
        await write(1);
        while (engine.shared!.spool().bytes > 0) await Bun.sleep(50);
        expect(await waiting(1)).toBeNull();
        s3.fault = "slow_down";
        await write(2);
        while (engine.shared!.spool().rows > 0) await Bun.sleep(10);
        expect(await waiting(2)).toMatchObject({ request_body: long(2), response_body: "ok" });
        expect(await waiting(1)).toBeNull();
        const elsewhere = await (await other.reader(place)).get(idAt(noon, 2));
        expect(elsewhere).toMatchObject({ request_body: null, request_body_truncated: true });
        s3.fault = null;
        while (engine.shared!.spool().bytes > 0) await Bun.sleep(50);
        expect(await waiting(2)).toBeNull();
        expect((await (await other.reader(place)).get(idAt(noon, 2)))?.request_body).toBe(long(2));
      } finally {
        await engine.close();
        await other.close();
        await s3.stop();
      }
    }),
  ));

test("a call whose body lies in an S3 that is silent is shown without it", () =>
  withTempFolder((folder) =>
    withDatabase(async (url) => {
      const s3 = await startS3Server();
      const engine = createPostgresEngine({
        openObjects: (_, limitMs) =>
          createS3Objects(s3.settings, limitMs === undefined ? {} : { limitMs }),
        openWaitMs: 20_000,
      });
      const place = sharedPlace(join(folder, "requests.db"), url, { inlineLimit: 1_000 });
      const bodies = { request: captured("long ".repeat(20_000)), response: captured("short") };
      try {
        await engine.open(place, noon);
        await engine.write([logWrite({ id: idAt(noon) }, bodies)]);
        while (engine.shared!.spool().bytes > 0) await Bun.sleep(50);
        const reader = await engine.reader(place);
        s3.fault = "silent";
        const shown = await reader.get(idAt(noon));
        expect(shown).toMatchObject({ request_body: null, request_body_truncated: true });
        expect(shown?.response_body).toBe("short");
      } finally {
        await engine.close();
        await s3.stop();
      }
    }),
  ));
