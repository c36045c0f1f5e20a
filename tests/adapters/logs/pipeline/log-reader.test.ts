// Reads wait for what just ended to be written, but not for ever.
import { expect, test } from "bun:test";
import { createLogReader } from "../../../../src/adapters/logs/pipeline/log-reader.ts";
import type { WorkerThread } from "../../../../src/adapters/logs/pipeline/worker-thread.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { logPlace } from "../../../lab/log-place.ts";

function setUp(flush: () => Promise<void>, result: object = { ok: true, value: null }) {
  const clock = createHandClock();
  const asked: string[] = [];
  const thread = {
    call: async (kind: string) => {
      asked.push(kind);
      return result;
    },
  } as unknown as Pick<WorkerThread, "call">;
  const reader = createLogReader({
    place: logPlace("requests.db"),
    thread,
    quickThread: thread,
    bodiesThread: thread,
    recorder: { flush },
    clock,
  });
  return { clock, asked, reader };
}

test("a read asks only after everything handed over is written", async () => {
  const flushed = Promise.withResolvers<void>();
  const { reader, asked, clock } = setUp(() => flushed.promise);
  const read = reader.get("x");
  await Promise.resolve();
  expect(asked).toEqual([]);
  flushed.resolve();
  await read;
  expect(asked).toEqual(["get"]);
  expect(clock.pending()).toBe(0);
});

test("a call whose bodies wait where they were written is read there, any other where calls are read", async () => {
  const thread = (answers: Readonly<Record<string, object>>) =>
    ({ call: async (kind: string) => answers[kind] }) as unknown as Pick<WorkerThread, "call">;
  const reading = thread({ get: { ok: true, value: "from the store" } });
  const read = (waiting: object) =>
    createLogReader({
      place: logPlace("requests.db"),
      thread: reading,
      quickThread: reading,
      bodiesThread: reading,
      waitingThread: thread({ waitingCall: waiting }),
      recorder: { flush: () => Promise.resolve() },
      clock: createHandClock(),
    }).get("x") as Promise<unknown>;
  expect(await read({ ok: true, value: "from here" })).toBe("from here");
  expect(await read({ ok: true, value: null })).toBe("from the store");
  expect(await read({ ok: false, message: "away" })).toBe("from the store");
});

test("a writer that is stuck delays a read by 250 ms, no longer", async () => {
  const { reader, asked, clock } = setUp(() => new Promise(() => {}));
  const read = reader.stats(null);
  clock.pass(249);
  await Promise.resolve();
  expect(asked).toEqual([]);
  clock.pass(1);
  await read;
  expect(asked).toEqual(["stats"]);
});

test("a read that fails is rejected in words", async () => {
  const { reader } = setUp(() => Promise.resolve(), { ok: false, message: "disk I/O error" });
  const failure = await reader.list({ limit: 1 }).then(
    () => null,
    (error: unknown) => error,
  );
  expect(String(failure)).toBe("Error: the log cannot be read: disk I/O error");
});

test("a thread that does not answer is waited for 10 s", async () => {
  const { reader, clock } = setUp(() => Promise.resolve(), new Promise(() => {}));
  const failure = reader.stats(null).then(
    () => null,
    (error: unknown) => error,
  );
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  clock.pass(10_000);
  expect(String(await failure)).toBe("Error: the log cannot be read: no answer within 10 s");
});
