// What is kept of an answer for the log: what came, and what the client got where that is another matter.
import { expect, test } from "bun:test";
import { createCapture, createDelivered } from "../../../../src/app/usecases/relay/capture.ts";
import { createBudget } from "../../../../src/domain/failover/budget.ts";
import type { CapturedBody } from "../../../../src/domain/log/log-entry.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: CapturedBody | null) =>
  body && { text: Buffer.concat(body.chunks).toString(), truncated: body.truncated };

interface Case {
  readonly name: string;
  readonly cap?: number;
  readonly received: readonly string[];
  /** Pieces given to the client; from the one marked on, the answer is a changed one. */
  readonly given: readonly string[];
  readonly changedFrom?: number;
  readonly kept: { readonly text: string; readonly truncated: boolean } | null;
}

const whole = (kept: string) => ({ text: kept, truncated: false });

test.each<Case>([
  { name: "nothing changes", received: ["ab", "cd"], given: ["a", "bcd"], kept: null },
  {
    name: "all is changed",
    received: ["ab", "cd"],
    given: ["x", "y"],
    changedFrom: 0,
    kept: whole("xy"),
  },
  {
    name: "a change within a piece received",
    received: ["abc", "def", "ghi"],
    given: ["ab", "cd", "X", "hi"],
    changedFrom: 2,
    kept: whole("abcdXhi"),
  },
  {
    name: "the last part is left out",
    received: ["abc", "def"],
    given: ["abcd"],
    changedFrom: 1,
    kept: whole("abcd"),
  },
  {
    name: "more than is kept",
    cap: 4,
    received: ["abc", "def"],
    given: ["ab", "cdXef"],
    changedFrom: 1,
    kept: { text: "abcd", truncated: true },
  },
])("$name", ({ cap = 100, received, given, changedFrom, kept }) => {
  const limits = { captureCap: cap, captureBudget: createBudget(1_000) };
  const capture = createCapture(limits);
  for (const piece of received) capture.add(bytes(piece));
  let place = 0;
  const changed = () => changedFrom !== undefined && place >= changedFrom;
  const delivered = createDelivered(limits, capture, changed);
  for (; place < given.length; place++) delivered.add(bytes(given[place] ?? ""));
  expect(text(delivered.body())).toEqual(kept);
});

test("a stream's many small pieces are kept side by side, each byte once and in order, at any time", () => {
  const budget = createBudget(1 << 20);
  const capture = createCapture({ captureCap: 1 << 20, captureBudget: budget });
  let sent = "";
  for (let number = 0; number < 3_000; number++) {
    const piece = number % 500 === 499 ? `large ${"x".repeat(5_000)}` : `event ${number};`;
    sent += piece;
    capture.add(bytes(piece));
    if (number % 97 === 0) expect(text(capture.body())).toEqual(whole(sent));
  }
  const body = capture.body();
  expect(text(body)).toEqual(whole(sent));
  expect(body!.chunks.length).toBeLessThan(40);
  expect(budget.taken()).toBe(sent.length);
  const held = new Set(body!.chunks.map(({ buffer }) => buffer));
  const allocated = [...held].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(allocated).toBeLessThan(4 * sent.length);
});

test("a stream's block is cut where the cap is, and stays so", () => {
  const limits = { captureCap: 100, captureBudget: createBudget(1_000) };
  const capture = createCapture(limits);
  for (let number = 0; number < 50; number++) capture.add(bytes("abcdefg"));
  expect(text(capture.body())).toEqual({
    text: "abcdefg".repeat(15).slice(0, 100),
    truncated: true,
  });
  expect(capture.size()).toBe(350);
});
