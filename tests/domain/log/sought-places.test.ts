// Places of a search in texts: exactly where its words stand as the index compares them.
import { describe, expect, test } from "bun:test";
import { createPlaceFinder } from "../../../src/domain/log/sought-places.ts";
import { hasWords, soughtWords, wordsIn } from "../../../src/domain/log/words-of.ts";
import { createRandom } from "../../lab/random.ts";

const found = (text: string, search: string) =>
  createPlaceFinder(search)
    ?.places(text)
    .map(({ start, end }) => text.slice(start, end));

describe("The words of a search are found in a text", () => {
  const table: readonly [string, string, string, readonly string[]][] = [
    ["whatever the case", "Retry or RETRY", "reTry", ["Retry", "RETRY"]],
    ["without accents", "in Köln, in KÖLN", "koln", ["Köln", "KÖLN"]],
    ["with accents that are marks of their own", "in Ko\u0308ln", "köln", ["Ko\u0308ln"]],
    ["by their beginnings, whole", "retries retry", "retr", ["retries", "retry"]],
    ["not by two letters of a longer one", "we went", "we", ["we"]],
    ["not from within one", "whether", "ether", []],
    ["between marks", "(a-b) a/b", "a-b", ["a-b", "a/b"]],
    ["as phrases where they are quoted", "the sunny weather", '"sunny weather"', ["sunny weather"]],
    ["not as phrases in another order", "weather, sunny", '"sunny weather"', []],
    [
      "as phrases over an end of a line",
      "sunny\n   weather",
      '"sunny weather"',
      ["sunny\n   weather"],
    ],
    ["as phrases that begin with what went before", "a a b", '"a b"', ["a b"]],
    ["one by one", "rain or sunny weather", "weather rain", ["rain", "weather"]],
    ["in scripts without spaces", "今日は晴れ", "晴れ", ["晴れ"]],
    ["beside characters of two units", "\u{1F600}so\u{1F600}", "so", ["so"]],
    ["not where there is none", "", "so", []],
  ];
  for (const [rule, text, search, expected] of table)
    test(rule, () => {
      expect(found(text, search)).toEqual([...expected]);
    });
});

test("A search for nothing that could be found has no places", () => {
  expect(createPlaceFinder('% " *')).toBeNull();
  expect(createPlaceFinder("")).toBeNull();
});

test("As many places of each part are given as are asked for", () => {
  const finder = createPlaceFinder("aa bb");
  expect(finder?.places("aa aa bb aa bb bb", 2).map(({ part }) => part)).toEqual([0, 0, 1, 1]);
});

test("A number of a model's name is found apart from its letters", () => {
  const places = (name: string, search: string) =>
    createPlaceFinder(search)
      ?.placesInModel(name)
      .map(({ start, end }) => name.slice(start, end));
  expect(places("llama3.2:3b", "3.2")).toEqual(["3.2"]);
  expect(places("llama3.2:3b", '"3 b"')).toEqual(["3b"]);
  expect(places("llama3.2:3b", "llama")).toEqual(["llama3", "llama"]);
  expect(places("gpt-4", "gpt-4")).toEqual(["gpt-4"]);
});

test("A text has places of every part exactly where its words are those that are sought", () => {
  const random = createRandom(20_261_129);
  const vocabulary =
    "the Weather in Köln SUNNY naß İstanbul λόγος ΛΟΓΟΣ 今日は晴れ ที่นี่ re-read e\u0301tude 3.14 \u{1F600} 🤔 हिन्दी x1".split(
      " ",
    );
  const some = (most: number) =>
    Array.from({ length: random.int(1, most) }, () => random.pick(vocabulary)).join(
      random.pick([" ", "", ", ", "\n", "\u0308"]),
    );
  for (let turn = 0; turn < 3_000; turn++) {
    const text = some(8);
    const search = random.chance(0.4) ? `"${some(2)}"` : some(2).slice(0, random.int(1, 12));
    const sought = soughtWords(search);
    const finder = createPlaceFinder(search);
    if (sought === null || finder === null) {
      expect(finder).toBe(null);
      continue;
    }
    const places = finder.places(text);
    const parts = new Set(places.map(({ part }) => part));
    expect({ text, search, all: parts.size === finder.parts }).toEqual({
      text,
      search,
      all: hasWords(wordsIn(text), sought),
    });
    for (const { part, start, end } of places) {
      const own = sought[part];
      expect(own !== undefined && hasWords(wordsIn(text.slice(start, end)), [own])).toBe(true);
    }
  }
});
