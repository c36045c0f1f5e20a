// The recorder's promises: nothing waits, nothing is lost unseen, errors outlive successes.
import { describe, expect, test } from "bun:test";
import { createRecorder } from "../../../../src/adapters/logs/pipeline/recorder.ts";
import type { RecorderOptions } from "../../../../src/adapters/logs/pipeline/recorder.ts";
import type { RecordedEntry } from "../../../../src/adapters/logs/pipeline/wire-batch.ts";
import { packBatch, unpackBatch } from "../../../../src/adapters/logs/pipeline/wire-batch.ts";
import type {
  CallResult,
  WriteReport,
} from "../../../../src/adapters/logs/pipeline/worker-calls.ts";
import { nothingRead } from "../../../../src/domain/log/answer-reading.ts";
import { noUsage, type ReportedUsage } from "../../../../src/domain/log/answer-usage.ts";
import type { CallCost } from "../../../../src/domain/log/cost.ts";
import type { LogEntry } from "../../../../src/domain/log/log-entry.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { captured, idAt, logEntry, noBodies, noon, startedCall } from "../../../lab/log-entries.ts";

const written: Extract<CallResult<WriteReport>, { ok: true }> = {
  ok: true,
  value: { failed: [], message: null, lostBodies: 0, happened: [], readings: [], costs: [] },
};
const call = (number: number, own: Partial<LogEntry> = {}) =>
  logEntry({ id: idAt(noon, number), ...own });
const failure = { state: "failed", statusCode: 502 } as const;

/** A recorder whose writer does as the test says. */
function setUp(options: Partial<RecorderOptions> = {}) {
  const clock = createHandClock();
  const batches: (readonly RecordedEntry[])[] = [];
  const answers: ((result: CallResult<WriteReport>) => void)[] = [];
  const recorder = createRecorder({
    clock,
    maxBodyBytes: 1_000,
    startHeldMs: 0,
    send: (batch) => {
      batches.push(unpackBatch(batch));
      return new Promise((resolve) => answers.push(resolve));
    },
    ...options,
  });
  return {
    clock,
    batches,
    recorder,
    /** The writer answers the oldest open batch, and the recorder hears of it. */
    answer: async (result: CallResult<WriteReport> = written) => {
      answers.shift()?.(result);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    },
    ids: () => batches.map((batch) => batch.map(({ entry }) => Number(entry.id.slice(-12)))),
  };
}

describe("what the recorder is given", () => {
  test("is handed to the writer 25 ms after the first entry, in one batch", () => {
    const { recorder, clock, ids } = setUp();
    recorder.ended(call(1), noBodies);
    clock.pass(15);
    recorder.ended(call(2), noBodies);
    clock.pass(9);
    expect(ids()).toEqual([]);
    clock.pass(1);
    expect(ids()).toEqual([[1, 2]]);
  });

  test("is handed over at once when much has gathered, but not on the call's own time", () => {
    const { recorder, clock, ids } = setUp();
    for (let number = 0; number < 200; number++) recorder.ended(call(number), noBodies);
    expect(ids()).toEqual([]);
    clock.pass(0);
    expect(ids()[0]).toHaveLength(200);
  });

  test("leaves one row where a call starts and ends within a batch", () => {
    const { recorder, clock, batches } = setUp();
    recorder.started(startedCall());
    recorder.ended(logEntry(), noBodies);
    clock.pass(25);
    expect(batches.map((batch) => batch.map(({ entry }) => entry.state))).toEqual([["completed"]]);
  });

  test("of a call's start waits for 50 ms, in case that its end comes", async () => {
    const { recorder, clock, batches, answer } = setUp({ startHeldMs: 50 });
    const states = () => batches.map((batch) => batch.map(({ entry }) => entry.state));
    recorder.started(startedCall({ id: idAt(noon, 1) }));
    recorder.started(startedCall({ id: idAt(noon, 2) }));
    clock.pass(10);
    recorder.ended(call(1), noBodies);
    recorder.progressed(startedCall({ id: idAt(noon, 2), upstream: "two" }));
    clock.pass(25);
    expect(states()).toEqual([["completed"]]);
    await answer();
    clock.pass(25);
    expect(states()).toEqual([["completed"], ["inflight"]]);
    expect(batches[1]?.[0]?.entry).toMatchObject({ id: idAt(noon, 2), upstream: "two" });
    await answer();
    expect(recorder.queuedRows()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  test("of a call's start goes at once to whoever wants to read it", async () => {
    const { recorder, ids, answer } = setUp({ startHeldMs: 50 });
    recorder.started(startedCall({ id: idAt(noon, 1) }));
    const flushed = recorder.flush();
    expect(ids()).toEqual([[1]]);
    await answer();
    await flushed;
  });

  test("of starts that are kept back is not a reason for a batch, however many there are", () => {
    const { recorder, clock, ids } = setUp({ startHeldMs: 50 });
    for (let number = 1; number <= 300; number++)
      recorder.started(startedCall({ id: idAt(noon, number) }));
    clock.pass(49);
    expect(ids()).toEqual([]);
    clock.pass(1);
    expect(ids()[0]).toHaveLength(200);
  });

  test("of a call's way renews its row, once in a batch", async () => {
    const { recorder, clock, batches, answer } = setUp();
    const at = (upstream: string) => startedCall({ upstream });
    recorder.started(at("one"));
    recorder.progressed(at("two"));
    clock.pass(25);
    await answer();
    recorder.progressed(at("three"));
    clock.pass(25);
    expect(batches.map((batch) => batch.map(({ entry }) => entry.upstream))).toEqual([
      ["two"],
      ["three"],
    ]);
  });

  test("of a call's way may be lost: its end is kept until it is written, as its start is there", async () => {
    const { recorder, clock, batches, answer } = setUp();
    const lost = { ...written, value: { ...written.value, failed: [0] } };
    recorder.started(startedCall());
    clock.pass(25);
    await answer();
    recorder.progressed(startedCall({ upstream: "two" }));
    clock.pass(25);
    await answer(lost);
    recorder.ended(logEntry(), noBodies);
    clock.pass(25);
    await answer(lost);
    recorder.ended(call(2), noBodies);
    clock.pass(25);
    await answer();
    clock.pass(25);
    expect(batches.at(-1)?.map(({ entry }) => entry.state)).toEqual(["completed"]);
    expect(batches.at(-1)?.[0]?.entry.id).toBe(logEntry().id);
    expect(recorder.droppedRows()["write_failed"]).toBe(0);
  });

  test("waits while the writer is busy, and goes out when it is done", async () => {
    const { recorder, clock, ids, answer } = setUp();
    recorder.ended(call(1), noBodies);
    clock.pass(25);
    recorder.ended(call(2), noBodies);
    clock.pass(500);
    expect(ids()).toEqual([[1]]);
    await answer();
    clock.pass(25);
    expect(ids()).toEqual([[1], [2]]);
  });

  test("that gathered long enough while the writer was busy goes out as soon as it is done", async () => {
    const { recorder, clock, ids, answer } = setUp();
    recorder.ended(call(1), noBodies);
    clock.pass(25);
    recorder.ended(call(2), noBodies);
    clock.pass(20);
    await answer();
    expect(ids()).toEqual([[1]]);
    clock.pass(5);
    expect(ids()).toEqual([[1], [2]]);
    recorder.ended(call(3), noBodies);
    clock.pass(25);
    await answer();
    expect(ids()).toEqual([[1], [2], [3]]);
  });

  test("sets no timer while nothing waits", async () => {
    const { recorder, clock, answer } = setUp();
    recorder.ended(call(1), noBodies);
    clock.pass(25);
    await answer();
    expect(clock.pending()).toBe(0);
  });
});

describe("a body on its way to the writer", () => {
  const sent = (body: ReturnType<typeof captured>, cap: number) =>
    unpackBatch(
      packBatch([{ entry: logEntry(), bodies: { request: body, response: null } }], cap),
    )[0]?.bodies;

  test("is copied without the rest of the buffer it is a window of", () => {
    const large = new Uint8Array(1_000_000).fill(7);
    const { bytes } = packBatch(
      [{ entry: logEntry(), bodies: { request: captured(large.subarray(5, 8)), response: null } }],
      100,
    );
    expect(bytes.buffer.byteLength).toBe(3);
  });

  test.each([
    [4, "abcd", false],
    [3, "abc", true],
    [2, "ab", true],
    [0, "", true],
  ])("with a cap of %d is stored as %j, cut: %p", (cap, text, truncated) => {
    const body = sent(captured("ab", "cd"), cap)?.request;
    expect(Buffer.concat(body?.chunks ?? []).toString()).toBe(text);
    expect(body?.truncated).toBe(truncated);
  });

  test("that was cut before stays marked as cut", () => {
    expect(sent({ ...captured("ab"), truncated: true }, 100)?.request?.truncated).toBe(true);
  });

  test("that was not captured stays absent, and does not shift the others", () => {
    const entries = [
      { entry: call(1), bodies: { request: null, response: captured("one") } },
      { entry: call(2), bodies: { request: captured("two"), response: captured("three") } },
    ];
    const texts = unpackBatch(packBatch(entries, 100)).map(({ bodies }) =>
      [bodies.request, bodies.response].map(
        (body) => body && Buffer.concat(body.chunks).toString(),
      ),
    );
    expect(texts).toEqual([
      [null, "one"],
      ["two", "three"],
    ]);
  });
});

describe("a queue that is full", () => {
  const limits = { entries: 3, bytes: 100 };
  const kept = async (tell: (recorder: ReturnType<typeof setUp>["recorder"]) => void) => {
    const { recorder, clock, ids } = setUp({ limits });
    tell(recorder);
    clock.pass(25);
    return { ids: ids()[0]?.toSorted(), dropped: recorder.droppedRows()["queue_full"] };
  };

  test("drops the newest success, and counts it", async () => {
    const { ids, dropped } = await kept((recorder) => {
      for (const number of [1, 2, 3, 4, 5]) recorder.ended(call(number), noBodies);
    });
    expect(ids).toEqual([1, 2, 3]);
    expect(dropped).toBe(2);
  });

  test("drops the oldest success for an error", async () => {
    const { ids, dropped } = await kept((recorder) => {
      for (const number of [1, 2, 3]) recorder.ended(call(number), noBodies);
      recorder.ended(call(4, failure), noBodies);
    });
    expect(ids).toEqual([2, 3, 4]);
    expect(dropped).toBe(1);
  });

  test("drops an error only where it holds nothing but errors", async () => {
    const { ids, dropped } = await kept((recorder) => {
      for (const number of [1, 2, 3, 4]) recorder.ended(call(number, failure), noBodies);
      recorder.ended(call(5), noBodies);
    });
    expect(ids).toEqual([1, 2, 3]);
    expect(dropped).toBe(2);
  });

  test("gives up starts first, which cost no row", async () => {
    const { ids, dropped } = await kept((recorder) => {
      for (const number of [1, 2, 3, 4]) recorder.started(startedCall({ id: idAt(noon, number) }));
      recorder.ended(call(2), noBodies);
      recorder.ended(call(5), noBodies);
      recorder.ended(call(6), noBodies);
    });
    expect(ids).toEqual([2, 5, 6]);
    expect(dropped).toBe(0);
  });

  const bodiesOf = (batch: readonly RecordedEntry[] | undefined) =>
    Object.fromEntries(
      (batch ?? []).map(({ entry, bodies }) => [
        Number(entry.id.slice(-12)),
        bodies.request?.truncated === true
          ? "lost"
          : Buffer.concat(bodies.request?.chunks ?? []).toString(),
      ]),
    );

  test("keeps the rows of bodies that it has no room for, and counts the bodies", () => {
    const { recorder, clock, batches } = setUp({ limits });
    const body = { request: captured("x".repeat(40)), response: captured("y".repeat(20)) };
    for (const number of [1, 2, 3]) recorder.ended(call(number), body);
    clock.pass(25);
    expect(bodiesOf(batches[0])).toEqual({ 1: "x".repeat(40), 2: "lost", 3: "lost" });
    expect(recorder.droppedBodies()).toBe(4);
    expect(recorder.droppedRows()["queue_full"]).toBe(0);
  });

  test("gives up the oldest bodies of successes for those of an error", () => {
    const { recorder, clock, batches } = setUp({ limits });
    const body = (text: string) => ({ request: captured(text.repeat(40)), response: null });
    recorder.ended(call(1), body("a"));
    recorder.ended(call(2), body("b"));
    recorder.ended(call(3, failure), body("c"));
    clock.pass(25);
    expect(bodiesOf(batches[0])).toEqual({ 1: "lost", 2: "b".repeat(40), 3: "c".repeat(40) });
    expect(recorder.droppedBodies()).toBe(1);
  });

  test("gives up no error's body for another's", () => {
    const { recorder, clock, batches } = setUp({ limits });
    const body = (text: string) => ({ request: captured(text.repeat(60)), response: null });
    recorder.ended(call(1, failure), body("a"));
    recorder.ended(call(2, failure), body("b"));
    clock.pass(25);
    expect(bodiesOf(batches[0])).toEqual({ 1: "a".repeat(60), 2: "lost" });
  });

  test("takes one body larger than its limit rather than never logging such calls", async () => {
    const { ids } = await kept((recorder) => {
      recorder.ended(call(1), { request: captured("x".repeat(500)), response: null });
    });
    expect(ids).toEqual([1]);
  });

  test("has room again once the writer has taken its batch", async () => {
    const { recorder, clock, answer, ids } = setUp({ limits });
    for (const number of [1, 2, 3]) recorder.ended(call(number), noBodies);
    clock.pass(25);
    for (const number of [4, 5, 6, 7]) recorder.ended(call(number), noBodies);
    await answer();
    clock.pass(25);
    expect(ids()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(recorder.droppedRows()).toEqual({ queue_full: 1, write_failed: 0, log_closed: 0 });
  });
});

describe("a writer that fails", () => {
  test("costs exactly the rows it names, starts not counted", async () => {
    const { recorder, clock, answer } = setUp();
    recorder.ended(call(1), noBodies);
    recorder.ended(call(2), noBodies);
    recorder.started(startedCall({ id: idAt(noon, 3) }));
    clock.pass(25);
    await answer({ ok: true, value: { ...written.value, failed: [1, 2], message: "disk full" } });
    expect(recorder.droppedRows()["write_failed"]).toBe(1);
  });

  test("that is gone altogether costs the whole batch, and the next one is tried", async () => {
    const { recorder, clock, answer, ids } = setUp();
    recorder.ended(call(1), noBodies);
    recorder.ended(call(2), noBodies);
    clock.pass(25);
    await answer({ ok: false, message: "the worker ended" });
    recorder.ended(call(3), noBodies);
    clock.pass(25);
    await answer();
    expect(recorder.droppedRows()["write_failed"]).toBe(2);
    expect(ids()).toEqual([[1, 2], [3]]);
  });

  test("that rejects or throws is counted too, and stops nothing", async () => {
    const { recorder, clock } = setUp({ send: () => Promise.reject(new Error("no")) });
    recorder.ended(call(1), noBodies);
    clock.pass(25);
    await recorder.flush();
    expect(recorder.droppedRows()["write_failed"]).toBe(1);
  });

  test("is reported when it begins and when it ends, not for every batch", async () => {
    const reported: string[] = [];
    const { recorder, clock, answer } = setUp({ trouble: (message) => reported.push(message) });
    const full = {
      ok: true,
      value: { ...written.value, failed: [0], message: "disk full" },
    } as const;
    for (const result of [full, full, written, written]) {
      recorder.ended(call(1), noBodies);
      clock.pass(25);
      await answer(result);
    }
    expect(reported).toEqual(["the log loses rows: disk full", "the log is written again"]);
    expect(recorder.failure()).toBeNull();
    expect(recorder.lastFailure()).toBe("disk full");
  });
});

describe("a call whose start is written, and whose end cannot be", () => {
  const lost = {
    ok: true,
    value: { ...written.value, failed: [0], message: "disk full" },
  } as const;
  const long = () => call(1, { durationMs: 60_000 });
  const states = (batches: readonly (readonly RecordedEntry[])[]) =>
    batches.map((batch) => batch.map(({ entry }) => `${entry.id.slice(-1)} ${entry.state}`));

  async function begun() {
    const lab = setUp();
    lab.recorder.started(startedCall({ id: idAt(noon, 1) }));
    lab.clock.pass(25);
    await lab.answer();
    return lab;
  }

  test("ends in the log as soon as something can be written again, without its bodies", async () => {
    const { recorder, clock, answer, batches } = await begun();
    recorder.ended(long(), { request: captured("asked"), response: captured("said") });
    clock.pass(25);
    const readings = [{ ...nothingRead, promptTokens: 7 }];
    await answer({ ...lost, value: { ...lost.value, readings } });
    expect(recorder.droppedRows()["write_failed"]).toBe(0);
    expect(recorder.droppedBodies()).toBe(2);
    recorder.ended(call(2), noBodies);
    clock.pass(25);
    await answer();
    clock.pass(25);
    await answer();
    expect(states(batches).slice(1)).toEqual([["1 completed"], ["2 completed"], ["1 completed"]]);
    // Without its bodies, but with what they said, and that there were some.
    expect(batches.at(-1)?.[0]).toMatchObject({
      bodies: { request: { truncated: true }, response: { truncated: true }, delivered: null },
      reading: { promptTokens: 7 },
    });
    expect(recorder.droppedRows()["write_failed"]).toBe(0);
  });

  test("counts as dropped where nothing is written any more", async () => {
    const { recorder, clock, answer } = await begun();
    recorder.ended(long(), noBodies);
    clock.pass(25);
    await answer(lost);
    await recorder.close();
    expect(recorder.droppedRows()["write_failed"]).toBe(1);
  });

  test("is kept where the queue has no room for it", async () => {
    const { recorder, clock, answer, batches } = setUp({ limits: { entries: 1, bytes: 1_000 } });
    recorder.started(startedCall({ id: idAt(noon, 1) }));
    clock.pass(25);
    recorder.ended(call(2, failure), noBodies);
    recorder.ended(long(), noBodies);
    expect(recorder.droppedRows()["queue_full"]).toBe(0);
    await answer();
    for (let round = 0; round < 2; round++) {
      clock.pass(25);
      await answer();
    }
    clock.pass(25);
    expect(states(batches).flat()).toContain("1 completed");
  });
});

test("what goes wrong with every batch is reported once a minute, whatever files it names", async () => {
  const reported: string[] = [];
  const { recorder, clock, answer } = setUp({ trouble: (message) => reported.push(message) });
  for (let batch = 0; batch < 4; batch++) {
    recorder.ended(call(batch), noBodies);
    clock.pass(batch === 3 ? 60_000 : 25);
    const message = `bodies could not be stored: read-only, open '/blobs/${batch}'`;
    await answer({ ok: true, value: { ...written.value, message } });
  }
  expect(reported.map((message) => message.slice(-2))).toEqual(["0'", "3'"]);
});

describe("what an answer reports is reported once", () => {
  const usage = { ...noUsage, prompt: 3, completion: 4 };
  const reading = { ...nothingRead, reported: usage };
  const withUsage = captured('{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}');

  function counting(options: Partial<RecorderOptions> = {}) {
    const reported: [number, ReportedUsage][] = [];
    const lab = setUp({
      used: (entry, used) => void reported.push([Number(entry.id.slice(-12)), used]),
      ...options,
    });
    return { ...lab, reported };
  }

  test("as the log's thread read it, for ends only", async () => {
    const { recorder, clock, answer, reported } = counting();
    recorder.started(startedCall({ id: idAt(noon, 9) }));
    recorder.ended(call(1), noBodies);
    recorder.ended(call(2), noBodies);
    clock.pass(25);
    const readings = [reading, nothingRead, nothingRead];
    await answer({ ok: true, value: { ...written.value, readings } });
    expect(reported).toEqual([
      [1, usage],
      [2, noUsage],
    ]);
  });

  test("with what it cost, as priced in the log's thread", async () => {
    const costs: CallCost[] = [];
    const { recorder, clock, answer } = counting({
      used: (_entry, _usage, cost) => void costs.push(cost),
      limits: { entries: 4, bytes: 1_000 },
    });
    for (let at = 1; at <= 4; at++) recorder.ended(call(at), noBodies);
    clock.pass(25);
    await answer({
      ok: true,
      value: { ...written.value, costs: [2_600_000, "unpriced", null, 0] },
    });
    expect(costs).toEqual([2_600_000, "unpriced", null, 0]);
  });

  test("though the row could not be written, and is written once more later", async () => {
    const { recorder, clock, answer, reported } = counting();
    recorder.started(startedCall({ id: idAt(noon, 1) }));
    clock.pass(25);
    await answer();
    recorder.ended(call(1), noBodies);
    clock.pass(25);
    await answer({
      ok: true,
      value: {
        failed: [0],
        message: "disk full",
        lostBodies: 0,
        happened: [],
        readings: [reading],
        costs: [5],
      },
    });
    recorder.ended(call(2), noBodies);
    for (let round = 0; round < 3; round++) {
      clock.pass(25);
      await answer({ ok: true, value: { ...written.value, readings: [reading] } });
    }
    expect(reported.map(([number]) => number)).toEqual([1, 2]);
  });

  test("where there is no room for the row, too", () => {
    const { recorder, reported } = counting({ limits: { entries: 1, bytes: 100 } });
    recorder.ended(call(1), noBodies);
    recorder.ended(call(2), { request: null, response: withUsage });
    expect(reported).toEqual([[2, usage]]);
  });

  test("and after the log was closed", async () => {
    const { recorder, reported } = counting();
    await recorder.close();
    recorder.ended(call(1), { request: null, response: withUsage });
    expect(reported).toEqual([[1, usage]]);
  });
});

test("the end of a call is known from its ending until it is written", async () => {
  const { recorder, clock, answer } = setUp();
  const id = idAt(noon, 1);
  recorder.started(startedCall({ id }));
  clock.pass(25);
  await answer();
  expect(recorder.endOf(id)).toBeNull();
  recorder.ended(call(1), noBodies);
  expect(recorder.endOf(id)?.entry.state).toBe("completed");
  clock.pass(25);
  await answer({ ok: true, value: { ...written.value, failed: [0], message: "disk full" } });
  expect(recorder.endOf(id)?.entry.state).toBe("completed");
  recorder.ended(call(2), noBodies);
  for (let round = 0; round < 3; round++) {
    clock.pass(25);
    await answer();
  }
  expect(recorder.endOf(id)).toBeNull();
});

describe("flush", () => {
  test("is over at once where nothing waits", async () => {
    await setUp().recorder.flush();
  });

  test("resolves when all that came before it is written, not when handed over", async () => {
    const { recorder, answer, ids } = setUp();
    recorder.ended(call(1), noBodies);
    let flushed = false;
    const over = recorder.flush().then(() => (flushed = true));
    expect(ids()).toEqual([[1]]);
    await Promise.resolve();
    expect(flushed).toBe(false);
    await answer();
    await over;
  });

  test("waits for what is being written and for what waits behind it, and no longer", async () => {
    const { recorder, clock, answer, ids } = setUp();
    recorder.ended(call(1), noBodies);
    clock.pass(25);
    recorder.ended(call(2), noBodies);
    let flushed = false;
    const over = recorder.flush().then(() => (flushed = true));
    await answer();
    expect(flushed).toBe(false);
    recorder.ended(call(3), noBodies);
    expect(ids()).toEqual([[1], [2]]);
    await answer();
    await over;
    expect(ids()).toEqual([[1], [2]]);
  });
});

test("a recorder that is closed has written everything, and counts what comes too late", async () => {
  const { recorder, answer, ids, clock } = setUp();
  recorder.ended(call(1), noBodies);
  const over = recorder.close();
  recorder.started(startedCall());
  recorder.ended(call(2), noBodies);
  await answer();
  await over;
  clock.pass(1_000);
  expect(ids()).toEqual([[1]]);
  expect(recorder.droppedRows()["log_closed"]).toBe(1);
});
