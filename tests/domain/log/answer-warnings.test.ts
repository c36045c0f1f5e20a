// Which answers are marked, and which only look as if they should be.
import { expect, test } from "bun:test";
import { type AnswerWarning, answerWarnings } from "../../../src/domain/log/answer-warnings.ts";

const sentence =
  "The quick brown fox jumps over the lazy dog, as it does in every text of this kind. ";
const prose = Array.from({ length: 60 }, (_, at) => `${at}. ${sentence}`).join("");
const of = (text: string, finish: string | null = "length", loadMs: number | null = null) =>
  answerWarnings({ finish, text, loadMs, isPromptCut: false });

test.each<[string, string, string | null, boolean]>([
  ["a sentence again and again, cut at its length", prose + sentence.repeat(12), "length", true],
  ["a word again and again", `So ${"the ".repeat(300)}`, "length", true],
  ["a passage whose last turn is cut short", sentence.repeat(20).slice(0, -17), "length", true],
  ["of one whose client left", sentence.repeat(20), null, true],
  ["in letters of another alphabet", "もう一度言います。".repeat(90), "length", true],
  ["prose", prose, "length", false],
  ["one sentence twice", prose + sentence + sentence, "length", false],
  ["a poem of a refrain that came to its end", sentence.repeat(10), "stop", false],
  ["a loop that came to its end after long", sentence.repeat(60), "stop", true],
  ["a table's rule", `${prose}\n${"|-----".repeat(200)}`, "length", false],
  ["zeros", `[${"0, ".repeat(700)}`, "length", false],
  ["a hex dump of nothing", "0x00, ".repeat(400), "length", false],
  [
    "rows of JSON that differ by a number",
    Array.from({ length: 90 }, (_, at) => `{"id": ${at}, "name": "x"},\n`).join(""),
    "length",
    false,
  ],
  [
    "code that has one line for each name",
    Array.from({ length: 60 }, (_, at) => `  if (name === "n${at}") return ${at};\n`).join(""),
    "length",
    false,
  ],
  ["a short answer", "no no no no no no no", "length", false],
])("repeated: %s", (_name, text, finish, expected) => {
  expect(of(text, finish).includes("repeated")).toBe(expected);
});

test.each<[string, string | null, number | null, readonly AnswerWarning[]]>([
  ["an answer that ended", "stop", null, []],
  ["one that reached its length limit", "length", null, ["reply_cut"]],
  ["calls", "tool_calls", null, []],
  ["one without an end", null, null, []],
  ["a model that was in memory", "stop", 12, []],
  ["one that was loaded", "stop", 3_000, ["slow_load"]],
  ["both", "length", 60_000, ["reply_cut", "slow_load"]],
])("%s", (_name, finish, loadMs, expected) => {
  expect(of("Hello.", finish, loadMs)).toEqual(expected);
});

test("one letter a million times", () => {
  expect(of("G".repeat(1_000_000))).toEqual(["reply_cut", "repeated"]);
});
