// What the main thread sees of its worker, a dying one included.
import { expect, test } from "bun:test";
import { createWorkerThread } from "../../../../src/adapters/logs/pipeline/worker-thread.ts";
import { logPlace } from "../../../lab/log-place.ts";

const workerThatRuns = (source: string): Worker =>
  new Worker(URL.createObjectURL(new Blob([source], { type: "application/javascript" })));

test("a call to a worker that dies fails instead of waiting, and the next one starts another", async () => {
  const sources = [
    `self.onmessage = () => { throw new Error("broken"); };`,
    `self.onmessage = ({ data }) => postMessage({ number: data.number, result: { ok: true, value: null } });`,
  ];
  const thread = createWorkerThread(() => workerThatRuns(sources.shift() ?? ""));
  const first = await thread.call("close", null);
  expect(first.ok).toBe(false);
  expect(await thread.call("close", null)).toEqual({ ok: true, value: null });
  thread.stop();
});

test("a worker that cannot be found fails the call", async () => {
  const thread = createWorkerThread(() => new Worker("./no-such-worker.ts"));
  expect((await thread.call("close", null)).ok).toBe(false);
  thread.stop();
});

test("a worker that is stopped fails the calls under way", async () => {
  const thread = createWorkerThread(() => workerThatRuns("self.onmessage = () => {};"));
  const under = thread.call("close", null);
  thread.stop();
  expect(await under).toEqual({ ok: false, message: "the log's worker was stopped" });
});

test("a read of a database that is not there is reported in words", async () => {
  const thread = createWorkerThread();
  const result = await thread.call("stats", {
    place: logPlace("/no/such/requests.db"),
    since: null,
  });
  expect(result).toEqual({ ok: false, message: "unable to open database file" });
  thread.stop();
});

test("a worker that takes the place of another hears first what it has to know", async () => {
  const dies = `self.onmessage = () => { throw new Error("broken"); };`;
  const tells = `const heard = [];
    self.onmessage = ({ data }) => {
      heard.push(data.kind);
      postMessage({ number: data.number, result: { ok: true, value: heard } });
    };`;
  const sources = [dies, tells];
  let again = 0;
  const thread = createWorkerThread(
    () => workerThatRuns(sources.shift() ?? ""),
    () => {
      again++;
      thread.call("prices", { prices: { all: [], servers: [] } }).catch(() => undefined);
    },
  );
  await thread.call("close", null);
  expect(again).toBe(0);
  expect(await thread.call("close", null)).toMatchObject({ ok: true, value: ["prices", "close"] });
  expect(again).toBe(1);
  thread.stop();
});
