// What a cleaner took out, in its place.
import { describe, expect, test } from "bun:test";
import { comparedParts, removedPieces } from "../../../src/domain/conversation/removed.ts";
import type { Turn, TurnPart } from "../../../src/domain/conversation/turn.ts";

const said = (...parts: readonly TurnPart[]): Turn => ({
  role: "assistant",
  name: null,
  parts,
  finish: "stop",
});
const text = (words: string) => ({ kind: "text", text: words }) as const;
const thought = (words: string) => ({ kind: "thinking", text: words }) as const;

describe("removed pieces", () => {
  test.each([
    ["a", "a", ["+a"]],
    ["<think>x</think>a", "a", ["-<think>x</think>", "+a"]],
    ["a\n<think>x</think>b", "a\nb", ["+a\n", "-<think>x</think>", "+b"]],
    ["ab", "a", ["+a", "-b"]],
    ["ab", "", ["-ab"]],
    ["", "", []],
  ])("%p against %p", (raw, clean, pieces) => {
    const found = removedPieces(raw, clean);
    expect(found?.map((piece) => (piece.isRemoved ? "-" : "+") + piece.text)).toEqual(pieces);
  });

  test.each([
    ["Yes, it is.", "Yes, it was."],
    ["a", "ab"],
    ["", "a"],
  ])("%p is not %p with something more", (raw, clean) => {
    expect(removedPieces(raw, clean)).toBeNull();
  });
});

test("thinking that the client did not get is a removed block", () => {
  expect(comparedParts(said(thought("hm"), text("Yes")), said(text("Yes")))).toEqual([
    { kind: "removed", text: "hm", isMoved: false },
    text("Yes"),
  ]);
});

test("thinking that was moved out of the text is thinking", () => {
  const parts = [thought("hm"), text("Yes")];
  expect(comparedParts(said(...parts), said(...parts))).toEqual(parts);
});

test("a block amid the text that was moved says so", () => {
  const raw = said(text("First. <think>hm</think>Then."));
  expect(comparedParts(raw, said(thought("hm"), text("First. Then.")))).toEqual([
    text("First. "),
    { kind: "removed", text: "<think>hm</think>", isMoved: true },
    text("Then."),
  ]);
});

test("calls and images stay where they are", () => {
  const call = { kind: "tool-call", id: "c", name: "f", arguments: "{}" } as const;
  expect(comparedParts(said(text("Yes"), call), said(text("Yes"), call))).toEqual([
    text("Yes"),
    call,
  ]);
});

test("other words are not compared", () => {
  expect(comparedParts(said(text("Yes")), said(text("No")))).toBeNull();
  expect(comparedParts(said(text("Yes")), null)).toBeNull();
});
