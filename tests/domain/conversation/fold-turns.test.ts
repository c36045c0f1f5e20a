// Which turns are shown, and how the ones before are folded.
import { expect, test } from "bun:test";
import { foldTurns } from "../../../src/domain/conversation/fold-turns.ts";
import type { Turn } from "../../../src/domain/conversation/turn.ts";

const turns = (...sizes: readonly number[]): readonly Turn[] =>
  sizes.map((size) => ({
    role: "user",
    name: null,
    parts: [{ kind: "text", text: "x".repeat(size) }],
    finish: null,
  }));
const bounds = { turns: 3, characters: 100 };

test.each([
  ["none", [], [], [0, 0]],
  ["few", [1, 1, 1], [], [0, 3]],
  ["more than are shown", [1, 1, 1, 1, 1], [[0, 2]], [2, 5]],
  [
    "portions, the first the smaller",
    [1, 1, 1, 1, 1, 1, 1],
    [
      [0, 1],
      [1, 4],
    ],
    [4, 7],
  ],
  [
    "long ones",
    [60, 60, 60],
    [
      [0, 1],
      [1, 2],
    ],
    [2, 3],
  ],
  ["a last one beyond all bounds", [1, 900], [[0, 1]], [1, 2]],
])("%s", (_, sizes, folded, shown) => {
  const found = foldTurns(turns(...sizes), bounds, bounds);
  expect(found.folded.map(({ from, to }) => [from, to])).toEqual(folded);
  expect([found.shown.from, found.shown.to]).toEqual(shown);
});
