// The thread that checks answers against schemas, a real one: whatever both hold, it gives an answer and goes on.
import { afterEach, expect, test } from "bun:test";
import { createHandClock } from "../../lab/hand-clock.ts";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import {
  createSchemaThread,
  type SchemaThread,
} from "../../../src/adapters/schemas/schema-thread.ts";

let thread: SchemaThread | null = null;
afterEach(() => thread?.stop());

/** By how much longer everything may take than it usually does: this machine may be busy. */
let patience = 60;
afterEach(() => {
  patience = 60;
});
const patient = {
  after: (ms: number, then: () => void) => systemClock.after(ms * patience, then),
};

const started = (start?: () => Worker) => (thread = createSchemaThread(patient, start));

const number = '{"type":"number"}';
/** Each level of the value doubles the work. */
const doubling = JSON.stringify({
  properties: { a: { allOf: [{ $ref: "#" }, { $ref: "#" }, { $ref: "#" }] } },
});
const deep = `${'{"a":'.repeat(200)}1${"}".repeat(200)}`;

test("answers come in order", async () => {
  const { check } = started();
  const verdicts = await Promise.all([
    check(number, ["1"]),
    check(number, ['"x"']),
    check('{"pattern":"^(a+)+$"}', [`"${"a".repeat(5_000)}!"`]),
    check(number, ["1"]),
  ]);
  expect(verdicts).toEqual([
    { kind: "valid" },
    { kind: "invalid", at: 0, why: "it must be a number" },
    { kind: "invalid", at: 0, why: "it must match its `pattern`" },
    { kind: "valid" },
  ]);
});

test("one that would take for ever ends only itself", async () => {
  const { check } = started();
  expect(await check(number, ["1"])).toEqual({ kind: "valid" });
  patience = 1;
  const endless = check(doubling, [deep]);
  patience = 60;
  const next = check(number, ["1"]);
  expect(await endless).toEqual({
    kind: "unknown",
    why: "checking it took longer than 1 s",
  });
  expect(await next).toEqual({ kind: "valid" });
});

test("what is too large is not even looked at", async () => {
  const { check } = started(() => {
    throw new Error("it was");
  });
  expect(await check(`{"description":"${"x".repeat(300_000)}"}`, ["1"])).toEqual({
    kind: "unknown",
    why: "the schema is too large to be checked",
  });
  expect(await check(number, [`"${"x".repeat(9_000_000)}"`])).toEqual({
    kind: "unknown",
    why: "the answer is too large to be checked",
  });
});

test("a thread that does not start, or stops, is said in place of a verdict", async () => {
  const broken = started(() => {
    throw new Error("no threads left");
  });
  const why = "the thread that checks it did not start: Error: no threads left";
  expect(await broken.check(number, ["1"])).toEqual({ kind: "unknown", why });
  const stopped = started();
  const waiting = stopped.check(number, ["1"]);
  stopped.stop();
  expect(await waiting).toEqual({ kind: "unknown", why: "the router is stopping" });
});

test("a thread that has nothing to do is ended, and started anew for the next check", async () => {
  const hand = createHandClock();
  let [starts, ends] = [0, 0];
  class CheckingWorker extends EventTarget {
    constructor() {
      super();
      starts++;
      queueMicrotask(() => this.say("ready"));
    }
    postMessage() {
      queueMicrotask(() => this.say({ kind: "valid" }));
    }
    terminate() {
      ends++;
    }
    unref() {}
    private say(data: unknown) {
      this.dispatchEvent(new MessageEvent("message", { data }));
    }
  }
  const { check } = createSchemaThread(hand, () => new CheckingWorker() as unknown as Worker);
  expect(await check(number, ["1"])).toEqual({ kind: "valid" });
  hand.pass(59_000);
  expect(await check(number, ["1"])).toEqual({ kind: "valid" });
  hand.pass(59_000);
  expect([starts, ends]).toEqual([1, 0]);
  hand.pass(1_000);
  expect([starts, ends]).toEqual([1, 1]);
  expect(await check(number, ["1"])).toEqual({ kind: "valid" });
  expect([starts, ends]).toEqual([2, 1]);
});
