// Calls of a thread find their places in its conversation.
import { expect, test } from "bun:test";
import { alignCalls } from "../../../src/domain/conversation/align-calls.ts";
import { turnKeys } from "../../../src/domain/conversation/turn-keys.ts";
import type { Turn } from "../../../src/domain/conversation/turn.ts";

const turn = (role: string, text: string): Turn => ({
  role,
  name: null,
  parts: [{ kind: "text", text }],
  finish: null,
});
/** `u: one` as a turn of the user's. */
const turnsOf = (...lines: readonly string[]): readonly Turn[] =>
  lines.map((line) => turn({ s: "system", u: "user", a: "assistant" }[line[0] ?? ""] ?? "", line));

const call = (id: string, turns: readonly Turn[], state = "completed") => ({
  id,
  state,
  turns_key: turnKeys(turns).at(-1) ?? null,
});

const first = turnsOf("u: one");
const second = turnsOf("u: one", "a: first", "u: two");
const third = turnsOf("u: one", "a: first", "u: two", "a: second", "u: three");
const branch = turnsOf("u: one", "a: first", "u: another");

type Case = readonly [
  name: string,
  turns: readonly Turn[],
  calls: readonly ReturnType<typeof call>[],
  shown: string,
  placed: readonly (readonly [number, string])[],
  others: readonly string[],
  again?: readonly string[],
];

const cases: readonly Case[] = [
  [
    "each call of a straight conversation stands before its answer",
    third,
    [call("3", third), call("2", second), call("1", first)],
    "3",
    [
      [1, "1"],
      [3, "2"],
      [5, "3"],
    ],
    [],
  ],
  [
    "a branch is aside",
    third,
    [call("4", third), call("3", branch), call("2", second), call("1", first)],
    "4",
    [
      [1, "1"],
      [3, "2"],
      [5, "4"],
    ],
    ["3"],
  ],
  [
    "of a question that was asked again the newest call counts",
    second,
    [call("3", second), call("2", first), call("1", first)],
    "3",
    [
      [1, "2"],
      [3, "3"],
    ],
    [],
    ["1"],
  ],
  [
    "a failed repeat does not stand in for the answer",
    second,
    [call("3", second), call("2", first, "failed"), call("1", first)],
    "3",
    [
      [1, "1"],
      [3, "3"],
    ],
    [],
    ["2"],
  ],
  [
    "the call whose answer is shown keeps its place though it failed",
    first,
    [call("2", first, "failed"), call("1", first)],
    "2",
    [[1, "2"]],
    [],
    ["1"],
  ],
  [
    "calls that are newer than the last readable one are aside",
    second,
    [call("3", third), call("2", second), call("1", first)],
    "2",
    [
      [1, "1"],
      [3, "2"],
    ],
    ["3"],
  ],
  [
    "calls whose turns are not known are aside",
    second,
    [call("2", second), { id: "1", state: "completed", turns_key: null }],
    "2",
    [[3, "2"]],
    ["1"],
  ],
  [
    "a renewed system prompt does not part a call from its conversation",
    turnsOf("s: today", "u: one", "a: first", "u: two"),
    [call("2", second), call("1", turnsOf("s: yesterday", "u: one"))],
    "2",
    [
      [2, "1"],
      [4, "2"],
    ],
    [],
  ],
  ["nothing is placed where there are no calls", second, [], "", [], []],
];

test.each(cases)("%s", (_, turns, calls, shown, placed, others, again = []) => {
  const aligned = alignCalls(turns, calls, shown);
  const places = [...aligned.placed].map(([place, { id }]) => [place, id] as const);
  expect(places.toSorted(([one], [other]) => one - other)).toEqual(placed.map((one) => [...one]));
  expect(aligned.others.map(({ id }) => id)).toEqual([...others]);
  expect(aligned.again.map(({ id }) => id)).toEqual([...again]);
});
