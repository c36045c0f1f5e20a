// What every log that keeps tallies must answer to questions for periods and counts: what its calls come
// to one by one, as the log in memory adds them up. Run on each implementation.
import { describe, expect, test } from "bun:test";
import { nothingSensed } from "../../src/domain/log/call-sense.ts";
import { periodOfCalls } from "../../src/adapters/logs/rows/period-of-calls.ts";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { logRow } from "../../src/adapters/logs/rows/log-row.ts";
import { barsOf } from "../../src/domain/log/period-range.ts";
import type { CallFilter, PeriodQuestion } from "../../src/ports/periods.ts";
import { idAt, logWrite, startedEntry } from "../lab/log-entries.ts";
import { createMemoryLogStore, periodCall } from "../lab/memory-log-store.ts";
import {
  dayMs,
  expectSamePeriod,
  hourMs,
  minuteMs,
  randomFilter,
  randomQuestion,
} from "../lab/periods.ts";
import { askedNames, askedWords, randomBatches, randomCall, threads } from "../lab/random-calls.ts";
import { createRandom, type Random } from "../lab/random.ts";
import type { ContractedLog } from "./log-store.ts";

/** A day after the change to summer time in Europe, three weeks after that in America; within an hour. */
const now = Date.UTC(2026, 2, 30, 10, 17, 33, 421);

/** Calls of the three weeks until `now`, half of them of its last two hours. */
function callsUntilNow(random: Random, count: number): readonly LogWrite[] {
  return Array.from({ length: count }, (_, at) => {
    const span = random.pick([2 * hourMs, 2 * hourMs, 2 * dayMs, 23 * dayMs]);
    return randomCall(random, now - random.int(1, span), at + 1);
  });
}

async function writeAll(
  random: Random,
  calls: readonly LogWrite[],
  ...stores: readonly ContractedLog[]
): Promise<void> {
  for (const batch of randomBatches(random, calls))
    for (const store of stores) await store.write(batch);
}

async function expectSameAnswers(
  store: ContractedLog,
  oracle: ContractedLog,
  random: Random,
  questions: number,
): Promise<void> {
  for (let asked = 0; asked < questions; asked++) {
    const question = randomQuestion(random, now - 24 * dayMs, now, askedNames);
    const found = await store.period(question);
    try {
      expectSamePeriod(found, await oracle.period(question));
    } catch (error) {
      throw new Error(`asked for ${JSON.stringify(question)}`, { cause: error });
    }
    expect(found).not.toHaveProperty("cut");
    await expectSameCount(store, oracle, question.filter);
  }
}

async function expectSameCount(
  store: ContractedLog,
  oracle: ContractedLog,
  filter: CallFilter,
): Promise<void> {
  expect({ filter, ...(await store.count(filter)) }).toEqual({
    filter,
    ...(await oracle.count(filter)),
  });
}

/** @param withStore runs a test on an empty store and clears up after it */
export function periodsContract(
  name: string,
  withStore: (run: (store: ContractedLog) => Promise<void>) => Promise<void>,
): void {
  const on = (rule: string, run: (store: ContractedLog) => Promise<void>) =>
    test(rule, () => withStore(run));

  describe(`${name}: a period`, () => {
    on("of an empty log is zeros and nulls", async (store) => {
      const question = { filter: {}, by: "model", bars: [now - hourMs] } as const;
      expectSamePeriod(await store.period(question), periodOfCalls([], question));
      expect(await store.count({})).toEqual({ calls: 0, isExact: true });
    });

    for (const seed of [1, 2])
      on(
        `is what its calls come to, whatever is asked and however they came (${seed})`,
        async (store) => {
          const random = createRandom(seed);
          const oracle = createMemoryLogStore();
          await writeAll(random, callsUntilNow(random, 900), store, oracle);
          await expectSameAnswers(store, oracle, random, 50);
          await writeAll(random, callsUntilNow(random, 200), store, oracle);
          await expectSameAnswers(store, oracle, random, 25);
        },
      );

    on("counts calls that a router left in flight as interrupted", async (store) => {
      const random = createRandom(3);
      const oracle = createMemoryLogStore();
      await writeAll(random, callsUntilNow(random, 300), store, oracle);
      const [left, right] = [
        await store.interruptLeftovers(now),
        await oracle.interruptLeftovers(now),
      ];
      expect(left).toBe(right);
      await expectSameAnswers(store, oracle, random, 15);
      const interrupted = { state: "interrupted" } as const;
      await expectSameCount(store, oracle, interrupted);
      expect(await store.count({ state: "inflight" })).toEqual({ calls: 0, isExact: true });
      await writeAll(random, callsUntilNow(random, 100), store, oracle);
      await expectSameAnswers(store, oracle, random, 15);
    });

    on("counts a call once that ended otherwise in a later batch", async (store) => {
      const ends = [
        logWrite({ timestamp: now, state: "failed", statusCode: 502 }, {}, { promptTokens: 5 }),
        logWrite({ timestamp: now, mappedModel: "qwen", durationMs: 900 }, {}, { promptTokens: 9 }),
      ];
      await store.write([logWrite(startedEntry({ timestamp: now }))]);
      expect((await store.period({ filter: {} })).figures).toMatchObject({
        requests: 1,
        errors: 0,
      });
      for (const end of ends) await store.write([end]);
      const { figures, groups } = await store.period({ filter: {}, by: "model" });
      // Which of the two ends stays is the log's own affair.
      const [row] = (await store.list({ limit: 5 })).logs;
      const errors = row?.state === "failed" ? 1 : 0;
      expect(figures).toMatchObject({ requests: 1, errors, prompt_tokens: row?.prompt_tokens });
      expect(groups).toMatchObject([{ name: row?.mapped_model, requests: 1 }]);
      expect(await store.count({ state: "failed" })).toEqual({ calls: errors, isExact: true });
    });

    on("has calls with names that are too long beside the others", async (store) => {
      const name = "x".repeat(10_000);
      await store.write([
        logWrite({ timestamp: now, mappedModel: name }),
        logWrite({ timestamp: now - 1, authUser: name }),
        logWrite({ timestamp: now - 2, authUser: "ann" }),
      ]);
      const { figures, groups } = await store.period({ filter: {}, by: "model" });
      expect(figures.requests).toBe(3);
      expect(groups?.map((group) => [group.name, group.requests])).toEqual([
        ["llama3", 1],
        ["other", 2],
      ]);
      expect(await store.count({})).toEqual({ calls: 3, isExact: true });
      expect(await store.count({ user: "ann" })).toEqual({ calls: 1, isExact: false });
      expect(await store.count({ status: { from: 200, to: 200 } })).toEqual({
        calls: 3,
        isExact: true,
      });
    });

    on("adds up as many tokens as servers may report", async (store) => {
      const promptTokens = Number.MAX_SAFE_INTEGER;
      const many = Array.from({ length: 1_500 }, (_, at) =>
        logWrite(
          {
            id: idAt(now - at * minuteMs, at),
            timestamp: now - at * minuteMs,
          },
          {},
          { promptTokens },
        ),
      );
      for (let at = 0; at < many.length; at += 500) await store.write(many.slice(at, at + 500));
      const bars = barsOf({ since: now - 2 * dayMs, until: null }, now, "UTC");
      const period = await store.period({ filter: { since: now - 2 * dayMs }, bars });
      expect(period.figures).toMatchObject({ requests: many.length });
      expect(period.figures.prompt_tokens).toBeGreaterThan(promptTokens);
      expect(await store.count({ until: now - 10 })).toEqual({ calls: 1_499, isExact: true });
    });
  });

  describe(`${name}: a count`, () => {
    on("is that of the list, also where calls are looked at one by one", async (store) => {
      const random = createRandom(5);
      const oracle = createMemoryLogStore();
      await writeAll(random, callsUntilNow(random, 500), store, oracle);
      for (let asked = 0; asked < 40; asked++) {
        const { filter: times } = randomQuestion(random, now - 24 * dayMs, now, {
          models: [""],
          users: [""],
          clients: [""],
          upstreams: [""],
        });
        const { since, until } = times;
        const filter: CallFilter = {
          ...randomFilter(random, askedNames),
          ...(since === undefined ? {} : { since }),
          ...(until === undefined ? {} : { until }),
          ...random.pick([
            { q: random.pick(askedWords) },
            { thread: random.pick(threads) },
            { resent_from: idAt(1_000 + random.int(0, 3)) },
            { q: random.pick(askedWords), thread: random.pick(threads) },
          ]),
        };
        await expectSameCount(store, oracle, filter);
      }
    });
  });

  describe(`${name}: where rows have gone`, () => {
    const cut = now - 5 * dayMs + 12_345;

    on("a period is known by the hour, and a count is of rows that are there", async (store) => {
      const random = createRandom(7);
      const oracle = createMemoryLogStore();
      const calls = [
        ...callsUntilNow(random, 600),
        // The last that goes, and the first that stays.
        logWrite({ timestamp: cut - 1 }),
        logWrite({ timestamp: cut }),
      ];
      await writeAll(random, calls, store, oracle);
      for (const each of [store, oracle]) await each.interruptLeftovers(now);
      const { logs: before } = await oracle.list({ limit: 100_000 });
      for (const each of [store, oracle]) while (await each.removeOlder(cut, null, 50));
      for (let asked = 0; asked < 60; asked++) {
        const question = randomQuestion(random, now - 24 * dayMs, now, askedNames);
        const { filter } = question;
        await expectSameCount(store, oracle, filter);
        const counted = inHours(filter);
        const all = createMemoryLogStore();
        const period = await store.period(question);
        const passing = before.filter((row) => counted(Date.parse(row.timestamp)));
        // Names and states are the same in memory; times have been seen to.
        await all.write(passing.flatMap((row) => calls.filter(({ entry }) => entry.id === row.id)));
        await all.interruptLeftovers(now);
        const { since: _, until: __, ...untimed } = filter;
        const right = await all.period({ filter: untimed });
        expectSamePeriod({ figures: period.figures }, { figures: right.figures });
      }
      await writeAll(random, [randomCall(random, now, 1)], store, oracle);
      await expectSameCount(store, oracle, {});
    });

    /** Which calls figures of those times are of. */
    function inHours({ since = 0, until = Number.POSITIVE_INFINITY }: CallFilter) {
      const floor = (time: number) => Math.floor(time / hourMs) * hourMs;
      const ceil = (time: number) => Math.ceil(time / hourMs) * hourMs;
      const cutHour = floor(cut);
      return (time: number) => {
        if (since >= until) return false;
        if (since >= cut) return time >= since && time < until;
        if (until <= cut) return time >= floor(since) && time < ceil(until);
        // Of the hour of the cut all is known together, or what is there.
        return until < cutHour + hourMs
          ? time >= floor(since) && time < until && (time < cutHour || time >= cut)
          : time >= floor(since) && time < until;
      };
    }

    on("bars of days and hours are still there, in any zone", async (store) => {
      const random = createRandom(8);
      const oracle = createMemoryLogStore();
      const calls = callsUntilNow(random, 400);
      await writeAll(random, calls, store, oracle);
      for (const each of [store, oracle]) await each.interruptLeftovers(now);
      while (await store.removeOlder(cut, null, 1_000));
      for (const zone of ["UTC", "Europe/Berlin", "America/New_York"])
        for (const by of ["model", "user"] as const) {
          const since = Math.floor((now - 23 * dayMs) / hourMs) * hourMs;
          const question = {
            filter: { since },
            by,
            bars: barsOf({ since, until: null }, now, zone),
          };
          expectSamePeriod(await store.period(question), await oracle.period(question));
        }
      const all: PeriodQuestion = { filter: {}, by: "client" };
      expectSamePeriod(await store.period(all), await oracle.period(all));
    });

    on("figures of over a year go at last, those of a year stay", async (store) => {
      const days = (count: number) => logWrite({ timestamp: now - count * dayMs });
      for (const count of [403, 399, 30, 0]) await store.write([days(count)]);
      const remove = async () => {
        while (await store.removeOlder(now - 7 * dayMs, null, 100));
      };
      await remove();
      await remove();
      const requests = async (filter: CallFilter) =>
        (await store.period({ filter })).figures.requests;
      expect(await requests({})).toBe(3);
      expect(await requests({ until: now - 400 * dayMs })).toBe(0);
      expect(await requests({ until: now - 10 * dayMs })).toBe(2);
      expect(await store.count({})).toEqual({ calls: 1, isExact: true });
    });
  });

  describe(`${name}: a flood of names`, () => {
    on("costs names of their own, not calls", async (store) => {
      const count = 10_500;
      const calls = Array.from({ length: count }, (_, at) => ({
        ...logWrite(
          {
            id: idAt(now + at, at),
            timestamp: now + at,
            originalModel: `flood-${at}`,
            mappedModel: null,
          },
          {},
          { promptTokens: 2, totalTokens: 2 },
        ),
        sense: { ...nothingSensed, costNanos: 3 },
      }));
      for (let at = 0; at < count; at += 500) await store.write(calls.slice(at, at + 500));
      const exact = await store.count({ model: "flood-77", upstream: "none" });
      expect(exact).toEqual({ calls: 0, isExact: true });
      expect(await store.count({})).toEqual({ calls: count, isExact: true });
      expect(await store.count({ user: "10.0.0.5" })).toEqual({ calls: count, isExact: true });
      expect((await store.count({ model: `flood-${count - 1}` })).isExact).toBe(false);
      const { figures, groups } = await store.period({ filter: {}, by: "model" });
      const right = periodOfCalls(
        calls.map((call) => periodCall(logRow(call))),
        { filter: {} },
      );
      expectSamePeriod({ figures }, right);
      expect(groups).toHaveLength(51);
      expect(groups?.at(-1)).toMatchObject({ rest: true, requests: count - 50 });
      // Where its row is replaced, what it was folded into loses it.
      const last = calls.slice(-1).map((call) => ({
        ...call,
        entry: { ...call.entry, state: "failed" as const },
      }));
      await store.write(last);
      const [row] = (await store.list({ limit: 1 })).logs;
      expect((await store.period({ filter: {} })).figures).toMatchObject({
        requests: count,
        errors: row?.state === "failed" ? 1 : 0,
      });
    });
  });
}
