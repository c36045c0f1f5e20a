// Short reads before the thread for reads runs: answered by the one that writes, unless it cannot.
import { expect, test } from "bun:test";
import { createQuickReads } from "../../../../src/adapters/logs/pipeline/quick-reads.ts";
import type { WorkerThread } from "../../../../src/adapters/logs/pipeline/worker-thread.ts";
import { createHandClock } from "../../../lab/hand-clock.ts";
import { logPlace } from "../../../lab/log-place.ts";

type Answer = { readonly ok: boolean } & Readonly<Record<string, unknown>>;

const here: Answer = { ok: true, value: "by the writer" };
const there: Answer = { ok: true, value: "by the reader" };

function setUp(runs: boolean, writes: () => Promise<Answer>) {
  const clock = createHandClock();
  const asked: string[] = [];
  const thread = (name: string, answers: () => Promise<Answer>) =>
    ({
      isRunning: () => runs,
      call(kind: string) {
        asked.push(`${name}: ${kind}`);
        return answers();
      },
    }) as unknown as WorkerThread;
  const quick = createQuickReads(
    thread("reading", async () => there),
    thread("writing", writes),
    clock,
  );
  const get = async (): Promise<unknown> =>
    quick.call("get", { place: logPlace("requests.db"), id: "x" });
  return { clock, asked, get };
}

test("the thread for reads answers where it runs", async () => {
  const { get, asked } = setUp(true, async () => here);
  expect(await get()).toEqual(there);
  expect(asked).toEqual(["reading: get"]);
});

test("before it runs, the thread that writes answers, and none is started", async () => {
  const { get, asked, clock } = setUp(false, async () => here);
  expect(await get()).toEqual(here);
  clock.pass(1_000);
  expect(asked).toEqual(["writing: get"]);
  expect(clock.pending()).toBe(0);
});

test("a thread that is busy writing is waited for 100 ms", async () => {
  const { get, asked, clock } = setUp(false, () => new Promise(() => {}));
  const answer = get();
  clock.pass(99);
  expect(asked).toEqual(["writing: get"]);
  clock.pass(1);
  expect(await answer).toEqual(there);
  expect(asked).toEqual(["writing: get", "reading: get"]);
});

test("what the thread that writes cannot read is read by the other, once", async () => {
  const { get, asked, clock } = setUp(false, async () => ({ ok: false, message: "not open" }));
  expect(await get()).toEqual(there);
  clock.pass(1_000);
  expect(asked).toEqual(["writing: get", "reading: get"]);
});
