import { describe, expect, test } from "bun:test";
import { endpointOf } from "../../../src/domain/protocols/endpoint-of.ts";
import { isAnswerTo, wholeFailure } from "../../../src/domain/protocols/whole-answer.ts";

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

test.each<[string, unknown, boolean]>([
  ["/v1/messages", { type: "message", content: [] }, true],
  ["/v1/messages", { type: "message" }, false],
  ["/v1/messages", {}, false],
  ["/v1/messages", [], false],
  ["/v1/messages", { choices: [{ message: { content: "hi" } }] }, false],
  ["/v1/messages/count_tokens", { input_tokens: 7 }, true],
  ["/v1/chat/completions", {}, true],
])("of %s, %j is an answer: %p", (path, answer, holds) => {
  expect(isAnswerTo(endpointOf("POST", path), answer)).toBe(holds);
});
