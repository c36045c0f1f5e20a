// JSON laid out for reading.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { prettyJson } from "../../../../src/adapters/pages/conversation/pretty-json.ts";

test("every value keeps its digits and escapes", () => {
  expect(prettyJson('{"n":12345678901234567890,"x":1.0,"s":"\\u00e9 {,}\\""}')).toBe(
    '{\n  "n": 12345678901234567890,\n  "x": 1.0,\n  "s": "\\u00e9 {,}\\""\n}',
  );
});

test("any JSON is laid out as the language's own printer does", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // The printer writes -0 as 0.
      const text = JSON.stringify(value);
      expect(prettyJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2));
    }),
  );
});

test.each(["", "data: {}", '{"a":', "{'a': 1}"])("%p is not taken for JSON", (text) => {
  expect(prettyJson(text)).toBeNull();
});

test("a long string does not exhaust the pattern's stack", () => {
  const text = JSON.stringify({ image: "\\u".repeat(200_000) });
  expect(prettyJson(text)?.length).toBe(text.length + "\n".length * 2 + "   ".length);
});
