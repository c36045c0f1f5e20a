// The place of a row that a list shows after a search.
import { describe, expect, test } from "bun:test";
import {
  type MatchedPlace,
  matchInPath,
  matchInRow,
  matchInTexts,
  type SearchedRow,
} from "../../../src/domain/log/matched-place.ts";
import { createPlaceFinder, type PlaceFinder } from "../../../src/domain/log/sought-places.ts";
import { createRandom } from "../../lab/random.ts";

const row: SearchedRow = {
  id: "0195a2c4-0000-7000-8000-000000000000",
  original_model: "gpt-4",
  mapped_model: "llama3.2",
  upstream: "fast-box",
  auth_user: "Ann",
  source_ip: "10.0.0.5",
  error_message: "no byte for 120 s",
  path: "/v1/chat/completions",
  asked: "Mend the retry loop",
};

const finderOf = (search: string): PlaceFinder => {
  const finder = createPlaceFinder(search);
  if (finder === null) throw new Error("nothing is sought");
  return finder;
};
const marked = ({ text, at }: MatchedPlace) => at.map(([start, end]) => text.slice(start, end));
const inTexts = (search: string, asked: string, answered = "") => {
  const finder = finderOf(search);
  const missing = new Set(Array.from({ length: finder.parts }, (_, part) => part));
  const texts = [
    ["request", () => asked],
    ["response", () => answered],
  ] as const;
  return matchInTexts(texts, finder, missing);
};

describe("A row shows what was searched for", () => {
  const table: readonly [string, string, MatchedPlace["in"] | null, readonly string[]][] = [
    ["in its last words, and needs no other place", "RETRY mend", null, []],
    ["in the model asked for", "gpt", "model", ["gpt"]],
    ["in the model it was sent as", "llama", "model", ["llama3"]],
    ["in the number of a model", "3.2", "model", ["3.2"]],
    ["in its upstream", "fast-box", "upstream", ["fast-box"]],
    ["in its user", "ann", "user", ["Ann"]],
    ["in its address", "10.0.0.5", "address", ["10.0.0.5"]],
    ["in its error", "byte 120", "error", ["byte", "120"]],
    ["where its last words have only some of it", "retry byte", "error", ["byte"]],
  ];
  for (const [rule, search, place, words] of table)
    test(rule, () => {
      const match = matchInRow(row, finderOf(search));
      expect(match.place?.in ?? null).toBe(place);
      expect(match.place === null ? [] : marked(match.place)).toEqual([...words]);
      expect([...match.missing]).toEqual([]);
    });

  test("and says which words stand in none of its fields", () => {
    const match = matchInRow(row, finderOf("retry llama weather sunny"));
    expect([...match.missing]).toEqual([2, 3]);
    expect(match.place?.in).toBe("model");
  });

  test("in its path, where nothing else has it", () => {
    expect(matchInRow(row, finderOf("completions")).place).toBeNull();
    const match = matchInPath(row.path, finderOf("completions"));
    expect(match).toEqual({ in: "path", text: "/v1/chat/completions", at: [[9, 20]] });
    expect(matchInPath(row.path, finderOf("weather"))).toBeNull();
  });
});

describe("Of texts a line is shown", () => {
  test("of the first one that has the word", () => {
    expect(inTexts("sunny", "so sunny", "sunny")).toEqual({
      in: "request",
      text: "so sunny",
      at: [[3, 8]],
    });
    expect(inTexts("sunny", "no", "it is sunny")?.in).toBe("response");
    expect(inTexts("sunny", "no", "no")).toBeNull();
  });

  test("of the one that has more of the words", () => {
    expect(inTexts("sunny rain", "sunny", "rain, then sunny")?.in).toBe("response");
  });

  test("around the words nearest to each other", () => {
    const apart = `sunny ${"or ".repeat(200)} rain, then sunny again`;
    const match = inTexts("sunny rain", apart);
    expect(match === null ? null : marked(match)).toEqual(["rain", "sunny"]);
  });

  test("around the rare word, where a common one is everywhere", () => {
    const match = inTexts("the zebra", `${"the cat, ".repeat(200)}a zebra`);
    expect(match?.text).toContain("zebra");
  });

  test("without the white space between its words, cut where words end", () => {
    const text = `${"before ".repeat(30)}\n\n\tfound\r\n ${"behind ".repeat(60)}`;
    const match = inTexts("found", text);
    expect(match?.text).toMatch(/^…before (before )*found behind( behind)*…$/);
    expect(match?.text.length).toBeLessThanOrEqual(160);
    expect(match === null ? [] : marked(match)).toEqual(["found"]);
  });

  test("though its phrase is longer than a line", () => {
    const phrase = "word ".repeat(60).trim();
    const match = inTexts(`"${phrase}"`, phrase);
    expect(match?.at).toEqual([[0, match?.text.length ?? 0]]);
  });

  test("of a word that is longer than a line", () => {
    const match = inTexts("aaaa", `b ${"a".repeat(900)} c`);
    expect(match?.text).toStartWith("b aaaa");
    expect(match?.text.length).toBeLessThanOrEqual(160);
    expect(match?.at).toHaveLength(1);
  });
});

test("A line is one line of whole characters, of 160 units at most, and its places are within it", () => {
  const random = createRandom(29_112_026);
  const pieces = [
    "found",
    "\u{1F600}",
    "今",
    "\n",
    " ",
    "\u202e",
    "x".repeat(50),
    "\ud83d",
    "<b>",
    "é",
    ", ",
  ];
  for (let turn = 0; turn < 3_000; turn++) {
    const some = () =>
      Array.from({ length: random.int(0, 90) }, () => random.pick(pieces)).join("");
    const text = `${some()} found ${some()}`;
    const match = inTexts(random.pick(["found", '"found 今"', "今 found"]), text);
    if (match === null) continue;
    expect(match.text.length).toBeLessThanOrEqual(160);
    expect(match.text.isWellFormed()).toBe(true);
    expect(match.text).not.toMatch(/[\n\r\t]/);
    expect(match.at.length).toBeGreaterThan(0);
    let last = 0;
    for (const [start, end] of match.at) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThan(start);
      expect(end).toBeLessThanOrEqual(match.text.length);
      last = end;
    }
  }
});
