// JSON that would take far more memory than its text is not parsed.
import { expect, test } from "bun:test";
import { isTooIntricate, parseJsonBytes } from "../../src/domain/json.ts";
import { readRequest } from "../../src/domain/read-request.ts";

const text = (words: string) => new TextEncoder().encode(words);
const megabytes = (count: number, unit: string) =>
  unit.repeat(Math.floor((count * 1024 * 1024) / unit.length));

test.each<[name: string, body: string, refused: boolean]>([
  ["few brackets in much text", `{"x":"${megabytes(20, "words and words ")}"}`, false],
  [
    "code, one bracket in forty letters",
    `{"x":"${megabytes(20, `${"word ".repeat(8)}{`)}"}`,
    false,
  ],
  ["many arrays in a small text", `{"x":[${megabytes(3, "[],")}[]]}`, false],
  ["arrays without number", `{"x":[${megabytes(13, "[],")}[]]}`, true],
  ["objects without number", `{"x":[${megabytes(13, "{},")}{}]}`, true],
])("%s", (_, body, refused) => {
  const bytes = text(body);
  expect(isTooIntricate(bytes)).toBe(refused);
  expect(parseJsonBytes(bytes) === undefined).toBe(refused);
});

test("a request of that kind is told why", () => {
  const body = text(`{"model":"m","x":[${megabytes(13, "[],")}[]]}`);
  expect(
    readRequest("openai", "POST", "/v1/chat/completions", "application/json", body),
  ).toMatchObject({
    kind: "invalid_json",
    message: "the request's body has more than 4000000 arrays and objects",
  });
});
