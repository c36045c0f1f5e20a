import { expect, test } from "bun:test";
import { readErrorBody } from "../../../src/domain/protocols/upstream-error.ts";

const bytes = (body: string) => new TextEncoder().encode(body);

test.each<[string, unknown, string, string[]]>([
  ["OpenAI", { error: { message: "no", type: "t", param: null, code: "c" } }, "no", ["c", "t"]],
  ["numbers as codes", { error: { message: "no", code: 429 } }, "no", ["429"]],
  [
    "Anthropic",
    { type: "error", error: { type: "overloaded_error", message: "no" }, request_id: "r" },
    "no",
    ["overloaded_error"],
  ],
  [
    "Gemini",
    [{ error: { code: 400, message: "Unknown name", status: "INVALID_ARGUMENT" } }],
    "Unknown name",
    ["400", "INVALID_ARGUMENT"],
  ],
  ["FastAPI", { detail: "Not Found" }, "Not Found", []],
  [
    "its validator",
    { detail: [{ type: "missing", loc: ["body"], msg: "field required" }] },
    "field required",
    ["missing"],
  ],
  [
    "vLLM",
    { object: "error", message: "no such model", type: "NotFoundError", param: null, code: 404 },
    "no such model",
    ["404", "NotFoundError"],
  ],
  ["Ollama", { error: "no such model" }, "no such model", []],
  ["words with a code beside them", { error: "no", code: "c" }, "no", ["c"]],
  [
    "only a code",
    { error: { message: "", code: "rate_limited" } },
    "rate_limited",
    ["rate_limited"],
  ],
  ["plain text", " overloaded\n", "overloaded", []],
])("%s: words and codes are read", (_form, body, message, codes) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  expect(readErrorBody(bytes(text))).toEqual({ message, codes });
});

test.each(["", "<html>Bad Gateway</html>", "{}", "\u0000\u0001"])(
  "%j says nothing that anyone could use",
  (body) => {
    expect(readErrorBody(bytes(body))).toBeNull();
  },
);
