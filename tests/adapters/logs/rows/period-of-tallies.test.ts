// Periods put together from tallies say what their calls say one by one: sums exactly, times within 2 %.
import { describe, expect, test } from "bun:test";
import { periodCall } from "../../../lab/memory-log-store.ts";
import { periodOfCalls } from "../../../../src/adapters/logs/rows/period-of-calls.ts";
import { nothingSensed } from "../../../../src/domain/log/call-sense.ts";
import { logRow } from "../../../../src/adapters/logs/rows/log-row.ts";
import { createPeriodSum } from "../../../../src/adapters/logs/rows/period-of-tallies.ts";
import {
  addTally,
  createTallyBatch,
  noTally,
  type TallyTotal,
  talliedWrite,
} from "../../../../src/adapters/logs/rows/tally.ts";
import { type Cell, cellKey, foldedCell } from "../../../../src/adapters/logs/rows/tally-cells.ts";
import { tallyParts } from "../../../../src/adapters/logs/rows/tally-parts.ts";
import {
  packTimes,
  timesAsNumbers,
  timesOfNumbers,
  unpackTimes,
} from "../../../../src/adapters/logs/rows/tally-times.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import type { Period, PeriodQuestion } from "../../../../src/ports/periods.ts";
import { logWrite, noon } from "../../../lab/log-entries.ts";
import { dayMs, expectSamePeriod, hourMs, minuteMs, randomQuestion } from "../../../lab/periods.ts";
import { createRandom, type Random } from "../../../lab/random.ts";

function randomCall(random: Random, from: number, to: number): LogWrite {
  const timestamp = random.int(from, to);
  const state = random.pick(["completed", "completed", "failed", "cancelled", "inflight"] as const);
  const isPriced = random.chance(0.6);
  const promptTokens = random.chance(0.8) ? random.int(0, 5_000) : null;
  const write = logWrite(
    {
      timestamp,
      state,
      service: random.pick(["openai", "anthropic"]),
      originalModel: random.pick(["gpt-4", "Llama3", null]),
      mappedModel: random.pick(["llama3", "qwen", null]),
      upstream: random.pick(["a", "b", null]),
      authUser: random.pick(["ann", "bob", null]),
      statusCode: random.pick([200, 404, 503, null]),
      durationMs: state === "inflight" ? null : Math.round(1.001 ** random.int(0, 9_000)),
      ttftMs: random.chance(0.5) ? random.int(0, 900) : null,
    },
    {},
    { promptTokens, completionTokens: 7, totalTokens: (promptTokens ?? 0) + 7, cachedTokens: 3 },
  );
  const client = random.pick(["codex/1", "codex/2", "curl", null]);
  return {
    ...write,
    sense: { ...nothingSensed, client, costNanos: isPriced ? random.int(0, 1e9) : null },
  };
}

interface Kept {
  readonly span: number;
  readonly start: number;
  readonly cell: Cell;
  readonly total: TallyTotal;
}

/** As a store does it. */
function readPeriod(
  calls: readonly LogWrite[],
  question: PeriodQuestion,
  kept: readonly Kept[],
  rowsFrom: number,
): Period {
  const sum = createPeriodSum(question);
  const parts = tallyParts(question.filter, question.bars, rowsFrom);
  for (const { span, from, to } of parts.whole)
    for (const { cell, total } of kept.filter(
      (one) => one.span === span && one.start >= from && one.start < to,
    ))
      sum.addWhole(cell, total);
  for (const { bar, sign, span, from, to } of parts.bars)
    for (const { cell, total } of kept.filter(
      (one) => one.span === span && one.start >= from && one.start < to,
    ))
      sum.addBar(bar, cell, total, sign);
  for (const call of calls.map(talliedWrite)) {
    const { timestamp, state } = call;
    const isPart = parts.rows.some(({ from, to }) => timestamp >= from && timestamp < to);
    if (state === "inflight" || isPart) sum.addCall(call);
  }
  return sum.period();
}

function tallied(calls: readonly LogWrite[]): readonly Kept[] {
  const kept = new Map<string, Kept>();
  for (let at = 0; at < calls.length; at += 100) {
    const batch = createTallyBatch();
    for (const call of calls.slice(at, at + 100)) batch.add(talliedWrite(call));
    for (const { span, start, cell, key, ...change } of batch.changes()) {
      const name = `${span} ${start} ${key}`;
      const found = kept.get(name) ?? { span, start, cell, total: noTally() };
      kept.set(name, found);
      addTally(found.total, change);
    }
  }
  return [...kept.values()];
}

/** The calls that pass, as they are compared with. */
function exactPeriod(calls: readonly LogWrite[], question: PeriodQuestion): Period {
  const { model, user, client, state, status, upstream, service_type } = question.filter;
  const rows = calls.map((write) => logRow(write));
  const passing = rows.filter(
    (row) =>
      (model === undefined ||
        [row.original_model, row.mapped_model].some((name) =>
          name?.toLowerCase().includes(model.toLowerCase()),
        )) &&
      (user === undefined || (row.auth_user ?? row.source_ip) === user) &&
      (client === undefined || row.client === client || row.client?.split("/")[0] === client) &&
      (state === undefined || row.state === state) &&
      (status === undefined ||
        (row.status_code !== null &&
          row.status_code >= status.from &&
          row.status_code <= status.to)) &&
      (upstream === undefined || row.upstream === upstream) &&
      (service_type === undefined || row.service_type === service_type),
  );
  return periodOfCalls(passing.map(periodCall), question);
}

/** What filters ask for. */
const names = {
  models: ["LAMA", "gpt", "x"],
  users: ["ann", "10.0.0.5"],
  clients: ["codex", "codex/1", "curl"],
  upstreams: ["a"],
};

describe("a period of tallies", () => {
  test.each([
    ["three hours", 3 * hourMs],
    ["two days", 2 * dayMs],
    // Over the change to summer time.
    ["forty days", 40 * dayMs],
  ])("of %s is that of its calls, whatever is asked", (_, length) => {
    const random = createRandom(11);
    const calls = Array.from({ length: 1_500 }, () => randomCall(random, noon, noon + length));
    const kept = tallied(calls);
    for (let round = 0; round < 60; round++) {
      const question = randomQuestion(random, noon, noon + length, names);
      expectSamePeriod(readPeriod(calls, question, kept, 0), exactPeriod(calls, question));
    }
  });

  test("knows whole hours where rows have gone", () => {
    const call = (timestamp: number) => logWrite({ timestamp });
    const gone = [noon, noon + 10 * minuteMs, noon + 70 * minuteMs].map(call);
    const there = [noon + 80 * minuteMs, noon + 130 * minuteMs].map(call);
    const kept = tallied([...gone, ...there]).filter(
      ({ span, start }) => span >= hourMs || start >= noon + 80 * minuteMs,
    );
    const requests = (since: number, until: number) => {
      const filter = { since: noon + since * minuteMs, until: noon + until * minuteMs };
      return readPeriod(there, { filter }, kept, noon + 80 * minuteMs).figures.requests;
    };
    expect(requests(0, 200)).toBe(5);
    expect(requests(5, 200)).toBe(5);
    expect(requests(60, 200)).toBe(3);
    expect(requests(80, 200)).toBe(2);
    expect(requests(5, 6)).toBe(2);
    // Of the hour that rows begin in, what is still there.
    expect(requests(60, 90)).toBe(1);
    expect(requests(90, 200)).toBe(1);
  });

  test("has the calls of names that were given up beside the others, and says that some may be missing", () => {
    const calls = [logWrite({ timestamp: noon }), logWrite({ timestamp: noon + 1 })];
    const [own, folded] = tallied(calls.slice(0, 1)).map((one) => [
      one,
      { ...one, cell: foldedCell(one.cell, 1) },
    ])[0] as [Kept, Kept];
    const sumOf = (question: PeriodQuestion) => {
      const sum = createPeriodSum(question);
      for (const { cell, total } of [own, folded]) sum.addWhole(cell, total);
      return sum;
    };
    const byModel = sumOf({ filter: {}, by: "model" });
    expect(byModel.period().groups).toMatchObject([
      { name: "llama3", requests: 1 },
      { name: "other", rest: true, requests: 1 },
    ]);
    expect(byModel.isExact()).toBe(true);
    const ofModel = sumOf({ filter: { model: "llama" } });
    expect(ofModel.period().figures.requests).toBe(1);
    expect(ofModel.isExact()).toBe(false);
    expect(sumOf({ filter: { user: "10.0.0.5" } }).isExact()).toBe(true);
  });

  test("has at most fifty groups and one of all others", () => {
    const calls = Array.from({ length: 70 }, (_, at) =>
      logWrite({ timestamp: noon + at, mappedModel: `model-${at % 60}` }),
    );
    const question = { filter: {}, by: "model", bars: [noon] } as const;
    const { groups, bars } = readPeriod(calls, question, tallied(calls), 0);
    expect(groups).toHaveLength(51);
    expect(groups?.at(-1)).toMatchObject({ name: "other", rest: true, requests: 10 });
    expect(bars?.[0]?.groups?.at(-1)).toMatchObject({ name: "other", requests: 10 });
    expect(bars?.[0]).toMatchObject({ requests: 70 });
  });
});

test("a batch that takes away what it adds changes nothing", () => {
  const batch = createTallyBatch();
  batch.add(talliedWrite(logWrite()));
  batch.subtract(talliedWrite(logWrite()));
  expect(batch.changes()).toEqual([]);
});

test("times are packed in a few bytes or as numbers, and come back", () => {
  const random = createRandom(5);
  const times = new Map(
    Array.from({ length: 80 }, () => [random.int(-1, 500), random.int(1, 70_000)] as const),
  );
  expect(unpackTimes(packTimes(times))).toEqual(times);
  expect(packTimes(new Map())).toBe(null);
  expect(packTimes(times)?.length).toBeLessThan(80 * 5);
  expect(timesOfNumbers(timesAsNumbers(times))).toEqual(times);
  const less = timesAsNumbers(new Map([[4, -3]]));
  expect(timesOfNumbers([...timesAsNumbers(new Map([[4, 5]])), ...less])).toEqual(
    new Map([[4, 2]]),
  );
});

test("cells differ in every column, and long names have none of their own", () => {
  const [{ cell }] = tallied([logWrite()]) as [Kept];
  const keys = [cell, { ...cell, who: null }, { ...cell, status_code: null }, foldedCell(cell, 1)];
  expect(new Set(keys.map(cellKey)).size).toBe(4);
  const [long] = tallied([logWrite({ originalModel: "x".repeat(600) })]) as [Kept];
  expect(long.cell).toMatchObject({ folded: 1, original_model: null, who: "10.0.0.5" });
});
