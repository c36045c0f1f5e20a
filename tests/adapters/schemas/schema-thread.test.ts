// The thread that checks answers against schemas, a real one: whatever both hold, it gives an answer and goes on.
import { afterEach, expect, test } from "bun:test";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import {
  createSchemaThread,
  type SchemaThread,
} from "../../../src/adapters/schemas/schema-thread.ts";

let thread: SchemaThread | null = null;
afterEach(() => thread?.stop());

const started = (start?: () => Worker) => (thread = createSchemaThread(systemClock, start));

const number = '{"type":"number"}';
/** Each level of the value doubles the work. */
const doubling = JSON.stringify({
  properties: { a: { allOf: [{ $ref: "#" }, { $ref: "#" }, { $ref: "#" }] } },
});
const deep = `${'{"a":'.repeat(200)}1${"}".repeat(200)}`;

test("answers come in order, and one that would take for ever ends only itself", async () => {
  const { check } = started();
  const verdicts = await Promise.all([
    check(number, ["1"]),
    check(number, ['"x"']),
    check(doubling, [deep]),
    check('{"pattern":"^(a+)+$"}', [`"${"a".repeat(5_000)}!"`]),
    check(number, ["1"]),
  ]);
  expect(verdicts).toEqual([
    { kind: "valid" },
    { kind: "invalid", at: 0, why: "it must be a number" },
    { kind: "unknown", why: "checking it took longer than 0.5 s" },
    { kind: "invalid", at: 0, why: "it must match its `pattern`" },
    { kind: "valid" },
  ]);
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
