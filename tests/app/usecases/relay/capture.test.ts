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
