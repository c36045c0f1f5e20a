// What SQLite keeps of tallies: none of a batch that failed, few cells whatever comes, and only as long as
// they are of use; and the way to each of them.
import type { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import type { SqliteStore } from "../../../../src/adapters/logs/sqlite/sqlite-store.ts";
import { mostCells } from "../../../../src/adapters/logs/rows/tally-cells.ts";
import { runSql } from "../../../../src/adapters/logs/sqlite-file/run-sql.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { createMemoryLogStore } from "../../../lab/memory-log-store.ts";
import { dayMs, expectSamePeriod, hourMs, minuteMs } from "../../../lab/periods.ts";
import { withFolderInMemory } from "../../../lab/temp-folder.ts";

const withStore = (run: (store: SqliteStore, db: Database) => Promise<void>) =>
  withFolderInMemory(async (folder) => {
    const { database } = await openDatabase(join(folder, "requests.db"), noon);
    try {
      await run(sqliteStoreOn(database), database.connection);
    } finally {
      database.close();
    }
  });

const callsAt = (...times: readonly number[]) =>
  times.map((timestamp) => logWrite({ timestamp }, {}, { promptTokens: 3 }));

const countOf = (db: Database, from: string) =>
  runSql<{ count: number }>(db, `select count(*) as count from ${from}`)[0]?.count;

test.each(["cells", "tallies"])(
  "a batch that fails as it writes its %s leaves nothing, and the next is counted right",
  (table) =>
    withStore(async (store, db) => {
      const oracle = createMemoryLogStore();
      const [first, failing, last] = ["a", "b", "c"].map((model, at) => [
        logWrite({ timestamp: noon + at, mappedModel: model }),
        logWrite({ timestamp: noon + 10 + at, mappedModel: "d" }),
      ]) as [LogWrite[], LogWrite[], LogWrite[]];
      for (const each of [store, oracle]) await each.write(first);
      runSql(
        db,
        `create trigger broken after insert on ${table} begin select raise(abort, 'no'); end`,
      );
      const failed = await store.write(failing).then(
        () => "written",
        (error: unknown) => String(error),
      );
      expect(failed).toContain("no");
      runSql(db, "drop trigger broken");
      const question = { filter: {}, by: "model", bars: [noon] } as const;
      expectSamePeriod(await store.period(question), await oracle.period(question));
      // The number that its cell had is another one's now.
      for (const batch of [last, failing, first])
        for (const each of [store, oracle]) await each.write(batch);
      expectSamePeriod(await store.period(question), await oracle.period(question));
    }),
);

test("calls that cannot be marked as interrupted leave no cell behind that is remembered", () =>
  withStore(async (store, db) => {
    await store.write([logWrite(startedEntry({ timestamp: noon, mappedModel: "a" }))]);
    runSql(
      db,
      "create trigger broken after insert on tallies begin select raise(abort, 'no'); end",
    );
    const failed = await store.interruptLeftovers(noon).catch(() => "failed");
    expect(failed).toBe("failed");
    runSql(db, "drop trigger broken");
    await store.write([logWrite({ timestamp: noon + 1, mappedModel: "b" })]);
    expect(await store.interruptLeftovers(noon)).toBe(1);
    const { groups } = await store.period({ filter: {}, by: "model" });
    expect(groups?.map(({ name, requests }) => [name, requests])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  }));

test("a flood of names leaves few cells and few tallies, and what is sent again is counted once", () =>
  withStore(async (store, db) => {
    const count = mostCells.all + 500;
    const calls = Array.from({ length: count }, (_, at) =>
      logWrite({
        timestamp: noon + at,
        originalModel: `model-${at}`,
        sourceIp: `user-${at}`,
        upstream: `upstream-${at}`,
      }),
    );
    for (let at = 0; at < count; at += 1_000) await store.write(calls.slice(at, at + 1_000));
    expect(countOf(db, "cells")).toBeLessThan(mostCells.all + 10);
    expect(countOf(db, "tallies")).toBeLessThan(4 * (mostCells.all + 10));
    await store.write(calls.slice(-300));
    expect(await store.count({})).toEqual({ calls: count, isExact: true });
    expect(await store.count({ user: "user-1" })).toEqual({ calls: 1, isExact: false });
    expect(await store.count({ state: "failed", user: "user-1" })).toEqual({
      calls: 0,
      isExact: true,
    });
    // After a start, when there is less room than when their cells were chosen.
    const again = sqliteStoreOn({ connection: db });
    const failing = [mostCells.named - 9, mostCells.named + 9, count - 1];
    for (const at of failing)
      for (const { entry, ...write } of calls.slice(at, at + 1))
        await again.write([{ ...write, entry: { ...entry, state: "failed" } }]);
    const named = { user: `user-${mostCells.named + 9}` };
    expect((await again.count({ ...named, state: "completed" })).calls).toBe(0);
    expect(await again.count({ ...named, state: "failed" })).toEqual({ calls: 0, isExact: false });
    const { figures, groups } = await store.period({ filter: {}, by: "user" });
    expect(figures).toMatchObject({ requests: count, errors: failing.length });
    expect(groups?.at(-1)).toMatchObject({ rest: true, requests: count - 50 });
  }));

test("short spans go with the rows of their time, long ones and their cells after a year", () =>
  withStore(async (store, db) => {
    const old = callsAt(noon - 403 * dayMs).map(({ entry, ...write }) => ({
      ...write,
      entry: { ...entry, mappedModel: "of-old" },
    }));
    await store.write(old);
    await store.write(callsAt(noon - 30 * dayMs, noon - 399 * dayMs));
    await store.write(callsAt(noon - dayMs, noon));
    while (await store.removeOlder(noon - 7 * dayMs, null, 1));
    const starts = (span: number) =>
      runSql<{ start: number }>(db, "select start from tallies where span = ? order by start", [
        span,
      ]).map(({ start }) => start);
    expect(starts(minuteMs)).toEqual([noon - dayMs, noon]);
    expect(starts(15 * minuteMs)).toEqual([noon - dayMs, noon]);
    expect(starts(hourMs)).toEqual([399, 30, 1, 0].map((days) => noon - days * dayMs));
    expect(starts(dayMs)).toHaveLength(4);
    expect(countOf(db, "cells where mapped_model = 'of-old'")).toBe(0);
    expect(countOf(db, "cells")).toBe(1);
    await store.write(old);
    expect((await store.period({ filter: { model: "of-old" } })).figures.requests).toBe(1);
  }));

test("between two steps of a removal all figures are of what is there, or of whole hours", () =>
  withStore(async (store) => {
    const calls = callsAt(...Array.from({ length: 60 }, (_, at) => noon + at * 17 * minuteMs));
    await store.write(calls);
    const cut = noon + 600 * minuteMs;
    for (let more = true; more;) {
      more = await store.removeOlder(cut, null, 5);
      const { logs } = await store.list({ limit: 100 });
      expect(await store.count({})).toEqual({ calls: logs.length, isExact: true });
      expect((await store.period({ filter: {} })).figures.requests).toBe(calls.length);
      const since = cut + 7;
      const there = calls.filter(({ entry }) => entry.timestamp >= since).length;
      expect((await store.period({ filter: { since } })).figures.requests).toBe(there);
      // A part that is still there though it is about to go.
      const last = cut - 20 * minuteMs;
      const all = await store.period({ filter: { since: last, until: cut } });
      expect(all.figures.requests).toBeGreaterThan(0);
    }
  }));

test("a clock that was far ahead for a moment spoils no figures of what comes after", () =>
  withStore(async (store) => {
    await store.write(callsAt(noon, noon + 1));
    while (await store.removeOlder(noon + 400 * dayMs, null, 10));
    const times = [1, 61, 62].map((minutes) => noon + minutes * minuteMs + 500);
    await store.write(callsAt(...times));
    expect(await store.count({})).toEqual({ calls: 3, isExact: true });
    const { figures } = await store.period({ filter: { since: noon + 61 * minuteMs + 501 } });
    expect(figures.requests).toBe(1);
    expect((await store.period({ filter: {} })).figures.requests).toBe(5);
  }));
