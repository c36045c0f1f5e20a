// JSON that would take far more memory than its text, or nests deeper than it could be written again, is not parsed.
import { expect, test } from "bun:test";
import { visitDocuments } from "../../../src/domain/log/answer-documents.ts";
import {
  deepestNesting,
  parseJson,
  parseJsonBytes,
  readJson,
  readJsonBytes,
} from "../../../src/domain/bytes/json.ts";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { readRequest } from "../../../src/domain/call/read-request.ts";

const text = (words: string) => new TextEncoder().encode(words);
const megabytes = (count: number, unit: string) =>
  unit.repeat(Math.floor((count * 1024 * 1024) / unit.length));
const objects = (levels: number, inside = "1") =>
  `${'{"a":'.repeat(levels)}${inside}${"}".repeat(levels)}`;
const arrays = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

test.each<[name: string, body: string, wrong: string | null]>([
  ["few brackets in much text", `{"x":"${megabytes(4, "words and words ")}"}`, null],
  ["code, one bracket in forty letters", `{"x":"${megabytes(4, `${"word ".repeat(8)}{`)}"}`, null],
  ["many arrays in a small text", `{"x":[${megabytes(1, "[],")}[]]}`, null],
  ["arrays without number", `{"x":[${megabytes(13, "[],")}[]]}`, "more than 4000000 arrays"],
  ["objects without number", `{"x":[${megabytes(13, "{},")}{}]}`, "more than 4000000 arrays"],
  ["objects at the bound", objects(deepestNesting), null],
  ["arrays at the bound", arrays(deepestNesting), null],
  ["objects one level beyond it", objects(deepestNesting + 1), "deeper than 1000 levels"],
  ["arrays one level beyond it", arrays(deepestNesting + 1), "deeper than 1000 levels"],
  ["50,000 levels", objects(50_000), "deeper than 1000 levels"],
  ["levels beside each other", `[${"[[]],".repeat(5_000)}[]]`, null],
  ["brackets within a string", JSON.stringify({ x: "[{".repeat(5_000) }), null],
  ["brackets behind escaped quotes", JSON.stringify({ x: '\\"[{'.repeat(5_000) }), null],
  [
    "nesting behind a string that ends in a backslash",
    `{"x":"\\\\","y":${arrays(1_001)}}`,
    "deeper",
  ],
  ["nesting that is never closed", "[".repeat(50_000), "deeper than 1000 levels"],
  ["a string that is never closed", `{"x":"${"[".repeat(50_000)}`, "is not valid JSON"],
  ["backslashes without end", `{"x":"${"\\".repeat(500_000)}`, "is not valid JSON"],
])("%s", (_, body, wrong) => {
  const reading = readJson(body);
  if (wrong === null) expect(reading).toHaveProperty("value");
  else expect(reading).toEqual({ wrong: expect.stringContaining(wrong) });
  expect(readJsonBytes(text(body))).toEqual(reading);
  expect(parseJson(body) === undefined).toBe(wrong !== null);
  expect(parseJsonBytes(text(body)) === undefined).toBe(wrong !== null);
});

test("whatever is read can be written again", () => {
  const reading = readJson(`{"m":${objects(deepestNesting - 1)}}`);
  expect("value" in reading && JSON.stringify({ wrapped: [reading.value] })).toBeString();
});

test.each([
  [
    "arrays without number",
    `[${megabytes(13, "[],")}[]]`,
    "has more than 4000000 arrays and objects",
  ],
  ["nesting without end", objects(50_000), "nests arrays and objects deeper than 1000 levels"],
])("a request with %s is refused in words", (_, inside, words) => {
  const body = text(`{"model":"m","x":${inside}}`);
  expect(
    readRequest(endpointOf("POST", "/v1/chat/completions"), "application/json", body),
  ).toMatchObject({ kind: "invalid_json", message: `the request's body ${words}` });
});

test("a document of an answer that nests too deep is passed over, the rest is read", () => {
  const found: unknown[] = [];
  const lines = [`{"x":${objects(50_000)}}`, '{"n":2}'];
  visitDocuments(text(lines.join("\n")), (document) => found.push(document));
  expect(found).toEqual([{ n: 2 }]);
});
