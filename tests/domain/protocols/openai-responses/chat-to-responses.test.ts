// Chats before servers that speak Responses only: what they are asked, and what becomes of their answers.
import { expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { responseEvents, responseStream, wholeResponseOf } from "../../../lab/responses-answer.ts";
import { readResponseStream } from "../../../lab/responses-checker.ts";
import { responsesRefusal } from "../../../lab/responses-refusal.ts";
import { translatedCall } from "../../../lab/translated-call.ts";

const hi = { role: "user", content: "hi" };

function asked(request: JsonRecord) {
  const call = translatedCall(
    "/v1/chat/completions",
    { messages: [hi], ...request },
    "openai-responses",
  );
  expect(responsesRefusal(call.sent)).toBeNull();
  return call;
}

test("the fake server's streams are streams of Responses", () => {
  const output = [
    {
      type: "reasoning",
      summary: [{ type: "summary_text", text: "hmm hmm" }],
      encrypted_content: "e",
    },
    { type: "message", content: [{ type: "output_text", text: "hello there" }] },
    { type: "function_call", call_id: "call_1", name: "f", arguments: '{"a":1}' },
    { type: "custom_tool_call", call_id: "call_2", name: "g", input: "*** x" },
  ];
  const { response, state } = readResponseStream(responseStream(responseEvents({ output })));
  expect(state).toBe("completed");
  expect(response).toEqual(wholeResponseOf({ output }));
});

test("a plain answer", () => {
  const call = asked({ max_tokens: 100 });
  expect(call.path).toBe("/v1/responses");
  expect(call.sent).toEqual({
    model: "claude",
    input: [{ type: "message", role: "user", content: "hi" }],
    max_output_tokens: 100,
    include: ["reasoning.encrypted_content"],
    stream: false,
    store: false,
  });
  const answer = wholeResponseOf({
    output: [{ type: "message", content: [{ type: "output_text", text: "hello" }] }],
  });
  expect(call.whole(answer)).toMatchObject({
    choices: [{ message: { content: "hello" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
});
