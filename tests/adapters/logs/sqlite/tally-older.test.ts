// A log that an earlier version left gets its tallies while it goes on: in steps, each row once, and until
// then periods say of how many calls they are.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { SenseOf } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { periodOfCalls } from "../../../../src/adapters/logs/rows/period-of-calls.ts";
import { contractedLog, type ContractedLog } from "../../../contracts/log-store.ts";
import { senses } from "../../../contracts/older-rows.ts";
import { captured, idAt, logWrite, noon } from "../../../lab/log-entries.ts";
import { logPlace, sqliteLog } from "../../../lab/log-place.ts";
import { createMemoryLogStore, periodCall } from "../../../lab/memory-log-store.ts";
import { asOlderVersion } from "../../../lab/older-log.ts";
import { dayMs, expectSamePeriod, randomQuestion } from "../../../lab/periods.ts";
import { queryDatabase } from "../../../lab/query-database.ts";
import { askedNames, begun, randomBatches, randomCall } from "../../../lab/random-calls.ts";
import { createRandom } from "../../../lab/random.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

const now = noon + 60 * dayMs;
const from = now - 5 * dayMs;

/** Of all rows that the list has. */
async function expectFiguresOfRows(log: ContractedLog): Promise<void> {
  const { logs } = await log.list({ limit: 100_000 });
  for (const by of ["model", "upstream", "user", "client"] as const) {
    const question = { filter: {}, by, bars: [from, now - dayMs] };
    const found = await log.period(question);
    expect(found).not.toHaveProperty("cut");
    expectSamePeriod(found, periodOfCalls(logs.map(periodCall), question));
  }
  expect(await log.count({})).toEqual({ calls: logs.length, isExact: true });
}

/** Rows that are counted before all are: tallied ones, and those in flight. */
function countedIn(path: string): number {
  const [row] = queryDatabase<{ rows: number }>(
    path,
    `select count(*) as rows from requests where state = 'inflight'
      or seq >= (select value from state where name = 'sense_below')`,
  );
  return row?.rows ?? 0;
}

describe.each([9, 10] as const)("a log of version %d", (version) => {
  test.each([1, 2, 3])("is tallied while it goes on, each row once (%d)", (seed) =>
    withTempFolder(async (folder) => {
      const path = join(folder, "requests.db");
      const place = logPlace(path);
      const random = createRandom(100 * version + seed);
      const calls = Array.from({ length: 300 }, (_, at) =>
        randomCall(random, from + random.int(0, 5 * dayMs - 1), at),
      );
      const oracle = createMemoryLogStore();
      const log = sqliteLog();
      await log.open(place, now);
      const engine = contractedLog(log.engine, place);
      const write = async (...writes: Parameters<ContractedLog["write"]>) => {
        await engine.write(...writes);
        await oracle.write(...writes);
      };
      for (const batch of randomBatches(random, calls)) await write(batch);
      await log.close();
      asOlderVersion(path, version);
      await log.open(place, now);
      await oracle.interruptLeftovers(now);

      // Of the time of others that wait, and begun before they are counted.
      const late = { ...randomCall(random, from + 2 * dayMs, 777) };
      await write([begun(late)]);
      const [cut, replaced] = [from + dayMs, calls.filter((_, at) => at % 11 === 0)];
      for (let step = 0; ; step++) {
        await write([randomCall(random, now + step, 0)]);
        if (step === 1) await write([late, ...replaced.slice(0, 10)]);
        if (step === 2)
          await write(
            replaced.slice(10).map(({ entry, ...own }) => ({
              ...own,
              entry: { ...entry, mappedModel: "another", state: "failed" },
            })),
          );
        if (step === 3) {
          await log.close();
          await log.open(place, now);
          await oracle.interruptLeftovers(now);
        }
        if (step === 5)
          for (const each of [engine, oracle]) while (await each.removeOlder(cut, null, 20));
        if (!(await log.engine.upkeep.senseOlder(31, senses()))) break;
        const period = await engine.period({ filter: {} });
        expect(period.cut).toEqual({ calls: period.figures.requests });
        expect(period.figures.requests).toBe(countedIn(path));
        expect(await engine.count({})).toMatchObject({ isExact: false });
        // Those of which all are counted say nothing of it.
        expect(await engine.period({ filter: { since: now } })).not.toHaveProperty("cut");
      }
      await expectFiguresOfRows(engine);
      if (version === 10)
        for (let asked = 0; asked < 15; asked++) {
          const question = randomQuestion(random, cut + dayMs, now, askedNames);
          const filter = { ...question.filter, since: question.filter.since ?? cut };
          const own = { ...question, filter };
          expectSamePeriod(await engine.period(own), await oracle.period(own));
          expect(await engine.count(filter)).toEqual(await oracle.count(filter));
        }
      await write(calls.slice(0, 50).filter(({ entry }) => entry.timestamp >= cut));
      await expectFiguresOfRows(engine);
      expect(await log.engine.upkeep.senseOlder(31, senses())).toBe(false);
      await log.close();
    }),
  );
});

test("of what version 10 understood already, bodies are not read again", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const place = logPlace(path);
    const log = sqliteLog();
    await log.open(place, noon);
    const request = captured('{"model": "gpt-4", "messages": []}');
    for (let at = 0; at < 6; at++)
      await log.write([logWrite({ timestamp: noon + at }, { request })]);
    await log.close();
    asOlderVersion(path, 10);
    const raw = new Database(path);
    raw.run("update requests set who = null where id = ?", [idAt(noon + 1)]);
    // Such as cannot be read at all, where anyone tries.
    raw.run("update requests set bodies = '{broken' where who is not null");
    raw.close();
    await log.open(place, noon);
    const asked: string[] = [];
    const senseOf: SenseOf = (call) => {
      asked.push(call.entry.id);
      return senses()(call);
    };
    let steps = 1;
    while (await log.engine.upkeep.senseOlder(2, senseOf)) steps++;
    expect(asked).toEqual([idAt(noon + 1)]);
    expect(steps).toBe(4);
    const reader = await log.engine.reader(place);
    expect(await reader.count({ user: "10.0.0.5" })).toEqual({ calls: 6, isExact: true });
    await log.close();
  }));

test("an empty log of version 10 has nothing to be tallied", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "requests.db");
    const log = sqliteLog();
    await log.open(logPlace(path), noon);
    await log.close();
    asOlderVersion(path, 10);
    await log.open(logPlace(path), noon);
    const reader = await log.engine.reader(logPlace(path));
    expect(await reader.period({ filter: {} })).not.toHaveProperty("cut");
    expect(await reader.count({})).toEqual({ calls: 0, isExact: true });
    expect(await log.engine.upkeep.senseOlder(2, senses())).toBe(false);
    await log.close();
  }));
