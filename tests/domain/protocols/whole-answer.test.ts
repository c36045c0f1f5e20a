import { describe, expect, test } from "bun:test";
import { expectsJson, wholeFailure } from "../../../src/domain/protocols/whole-answer.ts";

const gone = { error: { message: "gone" } };

describe("a plain 2xx answer that is an error", () => {
  test.each<[unknown, boolean]>([
    [gone, true],
    [{ error: "no" }, true],
    [[gone], true],
    [{ object: "error", message: "no" }, true],
    [{ ...gone, choices: [] }, true],
    [{ ...gone, choices: null }, true],
    [{ choices: [{ ...gone, message: { content: "" }, finish_reason: "error" }] }, true],
    [{ choices: [{ ...gone, message: { content: "" } }] }, true],
    [{ choices: [{ message: { content: "half" }, finish_reason: "error" }] }, true],
    [{ ...gone, choices: [{ message: { content: "whole" }, finish_reason: "stop" }] }, false],
    [{ ...gone, choices: [{ message: { tool_calls: [{}] } }] }, false],
    [{ error: null, choices: [] }, false],
    [{ choices: [] }, false],
    [{ object: "response", status: "failed", error: { message: "no" }, output: [] }, true],
    [{ object: "response", status: "failed", output: [{ type: "message" }] }, true],
    [{ object: "response", status: "completed", error: null, output: [] }, false],
    [{ type: "error", error: { type: "overloaded_error", message: "no" } }, true],
    [{ type: "message", content: [{ type: "text", text: "hi" }] }, false],
    [{ input_tokens: 7 }, false],
    [{ ...gone, data: [] }, true],
    [{ ...gone, data: [{ embedding: [1] }] }, false],
    [{ results: [{ flagged: false }] }, false],
    [{ message: { content: "" }, error: "no", done: true }, true],
    [{ message: { content: "hi" }, done: true }, false],
    [{ response: "", error: "no", done: true }, true],
    [{ embeddings: [[1]] }, false],
  ])("%j", (answer, isError) => {
    expect(wholeFailure(answer) !== null).toBe(isError);
  });
});

test("only the paths the contract names have to answer JSON", () => {
  const json = [
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1/moderations",
    "/v1/rerank",
    "/api/chat",
    "/api/generate",
    "/api/embed",
    "/api/embeddings",
  ];
  expect(json.filter((path) => !expectsJson(path))).toEqual([]);
  expect(["/v1/audio/speech", "/v1/files/x/content"].some(expectsJson)).toBe(false);
});
