// Words as the stores that keep them compare them: those that SQLite's FTS5 makes of the same text.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { spacedWords } from "../../../src/domain/log/search-words.ts";
import { wordsIn, wordsOf } from "../../../src/domain/log/words-of.ts";
import { createRandom, type Random } from "../../lab/random.ts";

/** What FTS5 makes of each text. */
function fts5Words(texts: readonly string[]): readonly (readonly string[])[] {
  using db = new Database(":memory:");
  db.run(
    `create virtual table texts using fts5(text, tokenize="unicode61 remove_diacritics 2", content='')`,
  );
  db.run("create virtual table words using fts5vocab(texts, instance)");
  const insert = db.prepare("insert into texts (rowid, text) values (?, ?)");
  db.transaction(() => {
    for (const [row, text] of texts.entries()) insert.run(row + 1, text);
  })();
  insert.finalize();
  const found: string[][] = texts.map(() => []);
  const words = db.prepare("select term, doc from words order by doc, offset");
  for (const [term, doc] of words.values() as [string, number][]) found[doc - 1]?.push(term);
  words.finalize();
  return found;
}

describe("The words of a text", () => {
  const table: readonly [string, string, readonly string[]][] = [
    ["run from mark to mark", "50% of_it*, can't", ["50", "of", "it", "can", "t"]],
    ["are compared without case", "HTTP Http", ["http", "http"]],
    ["are compared without accents", "Köln CAFÉ ñandú", ["koln", "cafe", "nandu"]],
    ["are the same where an accent is a mark of its own", "Ko\u0308ln", ["koln"]],
    ["do not begin with such a mark", "\u0308koln", ["koln"]],
    ["keep a sharp s, whose capital is compared as it", "Straße STRAẞE", ["straße", "straße"]],
    ["have one i, with a dot or without, but for the one that has none", "İI ı", ["ii", "ı"]],
    ["take a final sigma for any other", "ΛΟΓΟΣ λόγος", ["λογοσ", "λόγοσ"]],
    ["are single characters where a script puts no spaces", "今日は", ["今", "日", "は"]],
    ["are single characters beside words, too", "v2版です", ["v2", "版", "で", "す"]],
    ["are single characters in Thai, without its marks", "ที่ไทย", ["ท", "ไ", "ท", "ย"]],
    ["run on in Korean", "안녕하세요 세계", ["안녕하세요", "세계"]],
    ["are parted by the vowel signs of Devanagari", "हिन्दी", ["ह", "न", "द"]],
    ["may be digits of any script", "٣٤ ४५ ④ ½", ["٣٤", "४५", "④", "½"]],
    ["are not made by most emoji", "so\u{1F600}so ❤️", ["so", "so"]],
    ["are made by what came later than FTS5's tables", "\u{1F914}so", ["\u{1F914}so"]],
    ["are parted by half a character", "a\ud83db \ude00", ["a", "b"]],
    ["are parted by what nobody sees", "a\u0000b\u200bc\ufeff", ["a", "b", "c"]],
    ["are none where there are none", " % \u0301 ", []],
  ];
  for (const [rule, text, expected] of table)
    test(rule, () => {
      expect(wordsIn(text)).toEqual(expected);
      expect(fts5Words([spacedWords(text)])).toEqual([expected]);
    });

  test("are cut where no index has room for them, not within a character", () => {
    expect(wordsIn("a".repeat(2_000))).toEqual(["a".repeat(512)]);
    expect(wordsIn(`a${"𐐨".repeat(400)}`)).toEqual([`a${"𐐨".repeat(255)}`]);
  });

  test("are FTS5's with every character, of the planes beyond the second some", () => {
    const characters: string[] = [];
    for (let code = 0; code < 0x110000; code += code < 0x20000 || code >> 12 === 0xe0 ? 1 : 61)
      if (code < 0xd800 || code > 0xdfff) characters.push(String.fromCodePoint(code));
    const texts: string[] = [];
    for (let at = 0; at < characters.length; at += 64)
      texts.push(spacedWords(`a${characters.slice(at, at + 64).join("b a")}b`));
    const expected = fts5Words(texts);
    for (const [row, text] of texts.entries())
      if (!Bun.deepEquals(wordsIn(text), expected[row]))
        expect({ text, words: wordsIn(text) }).toEqual({ text, words: [...(expected[row] ?? [])] });
  });

  test("are FTS5's in texts of chance", () => {
    const random = createRandom(20_251_128);
    const texts = Array.from({ length: 2_000 }, () => randomText(random));
    const expected = fts5Words(texts.map(spacedWords));
    for (const [at, text] of texts.entries())
      if (!Bun.deepEquals(wordsIn(text), expected[at]))
        expect({ text, words: wordsIn(text) }).toEqual({ text, words: [...(expected[at] ?? [])] });
  });
});

test("The words of a call stand in the order of its texts, with a gap between two of them", () => {
  expect(wordsOf({ names: "gpt-4\n/v1", asked: "Why?", answered: "So it is" })).toEqual([
    ..."gpt 4 v1".split(" "),
    "",
    "why",
    "",
    ..."so it is".split(" "),
  ]);
  expect(wordsOf({ names: "a", asked: " - ", answered: "b" })).toEqual(["a", "", "b"]);
  expect(wordsOf({ names: "", asked: "", answered: "" })).toEqual([]);
});

/** Of what is likely to be mistaken: letters with accents and marks, other scripts, halves of characters. */
function randomText(random: Random): string {
  const ranges: readonly (readonly [number, number])[] = [
    [0x20, 0x7e],
    [0x61, 0x7a],
    [0xa0, 0x24f],
    [0x2b0, 0x36f],
    [0x370, 0x58f],
    [0x590, 0x6ff],
    [0x900, 0xe7f],
    [0x1e00, 0x20ff],
    [0x2c00, 0x30ff],
    [0x4e00, 0x9fff],
    [0xa640, 0xabff],
    [0xd800, 0xdfff],
    [0xf900, 0xffff],
    [0x10000, 0x1ffff],
    [0x20000, 0x10ffff],
  ];
  let text = "";
  for (let left = random.int(0, 40); left > 0; left--) {
    const [from, to] = random.pick(ranges);
    text += String.fromCodePoint(random.int(from, to));
    if (random.chance(0.2)) text += " ";
  }
  return text;
}
