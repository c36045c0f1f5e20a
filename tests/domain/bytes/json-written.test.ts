// JSON of the router's own, with parts in their author's words.
import { expect, test } from "bun:test";
import { bodySource } from "../../../src/domain/bytes/json-source.ts";
import {
  jsonBytes,
  jsonLine,
  jsonText,
  ownNumber,
  RawJson,
  type Written,
} from "../../../src/domain/bytes/json-written.ts";

const source = (text: string) => bodySource(new TextEncoder().encode(text), JSON.parse(text));

const written: readonly [string, Written, string][] = [
  ["texts", 'a"\n\u2028é', '"a\\"\\n\u2028é"'],
  ["literals", [true, false, null], "[true,false,null]"],
  ["numbers of its own", [ownNumber(1e21), ownNumber(-0.5)], "[1e+21,-0.5]"],
  ["what is left out", { a: undefined, b: "" }, '{"b":""}'],
  ["others' words", { a: new RawJson('{"2":1.0, "1":1}') }, '{"a":{"2":1.0, "1":1}}'],
  ["names that need escapes", { 'a"b': [] }, '{"a\\"b":[]}'],
];

test.each(written)("%s are written as JSON.stringify would, or as they are", (_, value, text) => {
  expect(jsonText(value)).toBe(text);
  expect(new TextDecoder().decode(jsonBytes(value))).toBe(text);
});

test("half a surrogate pair arrives as what it is", () => {
  const given = { a: "\ud83d", b: new RawJson('"\ude42"') };
  const bytes = new TextDecoder().decode(jsonBytes(given));
  expect(bytes).toBe('{"a":"\\ud83d","b":"\\ude42"}');
});

test("a line has no break in it, not even one that only some readers see", () => {
  const line = jsonLine({ a: new RawJson('{\r\n  "b": "c\u2028"\n}'), d: "e\u0085\u2029\n" });
  expect(line).toBe('{"a":{   "b": "c\\u2028" },"d":"e\\u0085\\u2029\\n"}');
});

test("a part of a body has the text it was read from", () => {
  const body = source(
    '{ "a" : [ 1.0 , {"x":12345678901234567890} ], "é": "\\u00e9" , "a\\u0062":0, "b":1,"b": 2 }',
  );
  expect(body.member("a").items()[1]?.member("x").raw().text).toBe("12345678901234567890");
  expect(body.member("a").items()[0]?.raw().text).toBe("1.0");
  expect(body.member("é").raw().text).toBe('"\\u00e9"');
  expect(body.member("ab").raw().text).toBe("0");
  expect(body.member("b").raw().text).toBe("2");
  expect(body.keys()).toEqual(["a", "é", "ab", "b"]);
  expect(body.member("a").keys()).toEqual([]);
});

test("what is not there has no value, nor members or items of its own", () => {
  const body = source('{"a":{}}');
  for (const nothing of [body.member("b"), body.member("toString"), body.member("a").member("c")]) {
    expect(nothing.value).toBeUndefined();
    expect(nothing.member("d").value).toBeUndefined();
    expect(nothing.items()).toEqual([]);
    expect(nothing.keys()).toEqual([]);
  }
});
