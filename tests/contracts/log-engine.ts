// What every log engine must do beyond storing rows (log-store.ts); run on each implementation.
import { describe, expect, test } from "bun:test";
import type { LogEngine } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogPlace } from "../../src/adapters/logs/pipeline/log-place.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../lab/log-entries.ts";

/** @param withEngine runs a test on an engine that was not opened, and clears up after it */
export function logEngineContract(
  name: string,
  withEngine: (run: (engine: LogEngine, place: LogPlace) => Promise<void>) => Promise<void>,
): void {
  const on = (rule: string, run: (engine: LogEngine, place: LogPlace) => Promise<void>) =>
    test(rule, () => withEngine(run));
  const idsIn = async (engine: LogEngine, place: LogPlace) =>
    (await (await engine.reader(place)).list({ limit: 50 })).logs.map(({ id }) => id);
  const rows = [0, 1, 2].map((ms) =>
    logWrite({ timestamp: noon + ms }, { request: captured(`{"body": ${ms}}`) }),
  );

  describe(`${name}: an engine`, () => {
    on("opens a store that is not there yet, with nothing to tell", async (engine, place) => {
      expect(await engine.open(place, noon)).toEqual({ interrupted: 0, search: "whole" });
      expect(engine.takeHappenings()).toEqual([]);
      expect(await idsIn(engine, place)).toEqual([]);
    });

    on("says on opening how many calls an earlier process left", async (engine, place) => {
      await engine.open(place, noon);
      await engine.write([{ ...logWrite(), entry: startedEntry() }]);
      await engine.close();
      expect(await engine.open(place, noon + 1)).toMatchObject({ interrupted: 1 });
    });

    on("may write a batch again that it may have written", async (engine, place) => {
      await engine.open(place, noon);
      await engine.write(rows);
      await engine.write(rows);
      expect(await idsIn(engine, place)).toEqual([2, 1, 0].map((ms) => idAt(noon + ms)));
      expect((await (await engine.reader(place)).stats(null)).requests).toBe(3);
    });

    on("works on after it was closed", async (engine, place) => {
      await engine.open(place, noon);
      await engine.write(rows.slice(0, 1));
      await engine.close();
      await engine.write(rows.slice(1));
      expect(await idsIn(engine, place)).toHaveLength(3);
    });

    on(
      "keeps rows, bodies and words when it tidies up, and comes to an end",
      async (engine, place) => {
        await engine.open(place, noon);
        await engine.write(rows);
        while (await engine.upkeep.removeOlder(noon + 1, null, 10));
        const step = engine.upkeep.tidy();
        while (await step());
        const reader = await engine.reader(place);
        expect((await reader.list({ limit: 5, q: "gpt" })).logs).toHaveLength(2);
        expect((await reader.get(idAt(noon + 2)))?.request_body).toBe('{"body": 2}');
      },
    );

    on("finds nothing to do for a search that is whole", async (engine, place) => {
      await engine.open(place, noon);
      await engine.write(rows);
      expect(await engine.upkeep.fillSearch(10)).toBe(false);
      await engine.upkeep.checkSearch();
      expect(engine.takeHappenings()).toEqual([]);
    });

    on("finds nothing to understand in rows of its own", async (engine, place) => {
      await engine.open(place, noon);
      await engine.write(rows);
      const senseOf = () => Promise.reject(new Error("it was asked"));
      expect(await engine.upkeep.senseOlder(10, senseOf)).toBe(false);
    });

    on("has a store to throw away, as new", async (engine) => {
      await engine.openScratch(noon);
      expect(await engine.write(rows)).toEqual({ lostBodies: 0, message: null });
      await engine.close();
    });

    on("gives a refused entry another name than a failing store", async (engine, place) => {
      await engine.open(place, noon);
      expect(engine.explain(new Error("no such value"))).toEqual({
        kind: "entry",
        message: expect.stringContaining("no such value"),
      });
    });
  });
}
