// Thoughts that OpenRouter and MiniMax list in `reasoning_details`, on their way through a translation.
import { expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { readContent } from "../../../../src/domain/protocols/openai-chat/choice-reading.ts";
import type { AnswerEvent } from "../../../../src/domain/protocols/neutral/answer.ts";
import { translatedCall } from "../../../lab/translated-call.ts";

const details = [
  { type: "reasoning.summary", summary: "h", index: 0 },
  { type: "reasoning.text", text: "m", signature: "s", index: 1 },
  { type: "reasoning.encrypted", data: "x", index: 2 },
];

function said(message: JsonRecord): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [];
  readContent({ message }, message, events);
  return events;
}

test.each<[JsonRecord, string]>([
  [{ reasoning_details: details }, "hm"],
  [{ reasoning: "", reasoning_details: details }, "hm"],
  [{ reasoning: "once", reasoning_details: details }, "once"],
])("an answer with %j thinks %s", (message, text) => {
  expect(said({ ...message, content: "Hi" })).toEqual([
    { kind: "thinking", text },
    { kind: "text", text: "Hi" },
  ]);
});

test("a request's go on as the thoughts that they are", () => {
  const request = {
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Ho", reasoning_details: details },
      { role: "user", content: "Hi" },
    ],
  };
  const { sent, dropped } = translatedCall("/v1/chat/completions", request, "ollama");
  expect(sent?.["messages"]).toContainEqual({ role: "assistant", content: "Ho", thinking: "hm" });
  expect(dropped).toEqual([]);
});
