// What a client would have seen, from the bytes that it got.
import { describe, expect, test } from "bun:test";
import type { SeenAnswer } from "../../../src/domain/selftest/client-view.ts";
import { type Outcome, outcomeOf, worstOutcome } from "../../../src/domain/selftest/outcome.ts";

const whole = "All is well.";
const json = "application/json";
const sse = "text/event-stream; charset=utf-8";

const seen = (contentType: string, body: string, rest: Partial<SeenAnswer> = {}): SeenAnswer => ({
  status: 200,
  contentType,
  body,
  isCut: false,
  tookMs: 1,
  ...rest,
});
const value = (body: object, rest: Partial<SeenAnswer> = {}) =>
  seen(json, JSON.stringify(body), rest);
const events = (...all: object[]) => all.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("");
const chat = (content: string) => ({ choices: [{ delta: { content } }] });
const failed = { error: { message: "it failed", type: "server_error" } };

const table: readonly (readonly [name: string, answer: SeenAnswer, outcome: Outcome])[] = [
  ["a chat", value({ choices: [{ message: { content: whole } }] }), "rescued"],
  ["a completion", value({ choices: [{ text: whole }] }), "rescued"],
  ["a message", value({ type: "message", content: [{ type: "text", text: whole }] }), "rescued"],
  ["a response", value({ error: null, output: [{ content: [{ text: whole }] }] }), "rescued"],
  ["Ollama's chat", value({ message: { content: whole }, done: true }), "rescued"],
  ["Ollama's generate", value({ response: whole, done: true }), "rescued"],
  [
    "a stream of chat",
    seen(sse, `${events(chat("All is "), chat("well."))}data: [DONE]\n\n`),
    "rescued",
  ],
  [
    "a stream of messages",
    seen(
      sse,
      events({ type: "content_block_delta", delta: { text: whole } }, { type: "message_stop" }),
    ),
    "rescued",
  ],
  [
    "a stream of responses",
    seen(sse, events({ type: "response.output_text.delta", delta: whole })),
    "rescued",
  ],
  [
    "a stream of Ollama's",
    seen(
      "application/x-ndjson",
      `{"message":{"content":"All is "}}\n{"message":{"content":"well."}}\n`,
    ),
    "rescued",
  ],
  ["an error with its status", value(failed, { status: 502 }), "clean_error"],
  ["an error event", seen(sse, events(chat("All"), failed)), "clean_error"],
  ["an error event of messages", seen(sse, events({ type: "error", error: {} })), "clean_error"],
  ["a response that failed", seen(sse, events({ type: "response.failed" })), "clean_error"],
  [
    "a connection closed within a stream",
    seen(sse, events(chat("All")), { isCut: true }),
    "clean_error",
  ],
  ["a connection closed within JSON", seen(json, '{"choices', { isCut: true }), "clean_error"],
  ["an error in place of an answer", value(failed), "passed_on"],
  ["a web page", seen("text/html", "<p>Sign in"), "passed_on"],
  [
    "a web page with an error's status",
    seen("text/html", "<p>Sorry", { status: 503 }),
    "passed_on",
  ],
  ["a redirect", seen("", "", { status: 307 }), "passed_on"],
  ["an event that is no JSON", seen(sse, `${events(chat(whole))}data: {"cho\n\n`), "passed_on"],
  [
    "half a stream that ends well",
    seen(sse, `${events(chat("All is"))}data: [DONE]\n\n`),
    "broken",
  ],
  ["a stream of nothing but its end", seen(sse, events({ choices: [] })), "broken"],
  ["half an answer", value({ choices: [{ message: { content: "All" } }] }), "broken"],
];

describe("an answer", () => {
  test.each(table)("%s", (_, answer, outcome) => {
    expect(outcomeOf(answer, whole)).toBe(outcome);
  });
});

test("of several outcomes the worst counts", () => {
  expect(worstOutcome([])).toBe("rescued");
  expect(worstOutcome(["rescued", "clean_error"])).toBe("clean_error");
  expect(worstOutcome(["broken", "passed_on", "rescued"])).toBe("broken");
});
