// What differs between two texts.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { textDiff } from "../../../../src/adapters/pages/request/diff.tsx";
import { ownMs } from "../../../lab/own-time.ts";

const marks = { same: "", removed: "-", added: "+" };
const reported = (before: string, after: string) =>
  textDiff(before, after).map(({ kind, text }) => `${marks[kind]}${text}`);

test.each<[string, string, string[]]>([
  ["", "", []],
  ["a b c", "a b c", ["a b c"]],
  ["a b c", "a x c", ["a ", "-b ", "+x ", "c"]],
  ["", "new", ["+new"]],
  ["old", "", ["-old"]],
  ["one\nthree\n", "one\ntwo\nthree\n", ["one\n", "+two\n", "three\n"]],
  ["f(x);", "f(y);", ["f(", "-x", "+y", ");"]],
  ["Größe: 5", "Größe: 6", ["Größe: ", "-5", "+6"]],
])("%p to %p", (before, after, pieces) => {
  expect(reported(before, after)).toEqual(pieces);
});

describe("whatever the texts", () => {
  const text = fc
    .array(fc.constantFrom("a", "b ", "c", "\n", " ", "ß ", "-", "😀", "\u0301"), { maxLength: 40 })
    .map((pieces) => pieces.join(""));
  const side = (kind: "removed" | "added", before: string, after: string) =>
    textDiff(before, after)
      .filter((piece) => piece.kind === "same" || piece.kind === kind)
      .map((piece) => piece.text)
      .join("");

  test("both can be read off the difference, and equal neighbours are one piece", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(side("removed", before, after)).toBe(before);
        expect(side("added", before, after)).toBe(after);
        const kinds = textDiff(before, after).map(({ kind }) => kind);
        expect(kinds.some((kind, at) => kind === kinds[at + 1])).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test("texts that share nothing are shown as such, in bounded time", () => {
    const many = (word: string) =>
      Array.from({ length: 20_000 }, (_, n) => `${word}${n}`).join(" ");
    const took = ownMs(() => {
      const pieces = textDiff(many("a"), many("b"));
      expect(pieces.map(({ kind }) => kind)).toEqual(["removed", "added"]);
    });
    expect(took).toBeLessThan(2_000);
  });
});
