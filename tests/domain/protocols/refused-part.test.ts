// Which refusals a translated request can do something about.
import { expect, test } from "bun:test";
import { refusedPart } from "../../../src/domain/protocols/refused-part.ts";

const refusal = (message: string, status = 400) =>
  refusedPart({ reason: "status", status, message: `status ${status}: ${message}` });

test.each([
  [`"llama3:8b" does not support thinking`, "think"],
  [`invalid think value: "max" (must be "high", "medium", "low", true, or false)`, "think: max"],
  ["failed to parse grammar", "schema"],
  ["Invalid schema for function 'edit': In context=(), 'pattern' is not permitted.", "schema"],
  ["Unsupported parameter: 'temperature' is not supported with this model.", "temperature"],
  ["Unsupported value: 'top_p' does not support 0.5 with this model.", "top_p"],
  ["Unrecognized request argument supplied: reasoning_effort", "reasoning_effort"],
  [
    "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'low', 'medium', and 'high'.",
    "effort: xhigh",
  ],
  ["property 'chat_template_kwargs' is unsupported", "chat_template_kwargs"],
  ["`temperature` is deprecated for this model.", "temperature"],
  ["Unsupported parameter: 'stop' is not supported with this model.", "stop"],
  ["This model does not support the effort parameter.", "effort"],
  ["adaptive thinking is not supported on this model", "thinking"],
  [`"thinking.type.enabled" is not supported for this model.`, "thinking"],
  ["role 'system' is not supported on this model", "role: system"],
  ["property 'messages.2.assistant.reasoning_content' is unsupported", "reasoning_content"],
  ["messages.1.reasoning_content: Extra inputs are not permitted", "reasoning_content"],
  [
    "The `reasoning_content` in the thinking mode must be passed back to the API.",
    "calls without reasoning_content",
  ],
  [
    "Missing `reasoning_content` field in the assistant message at message index 2.",
    "calls without reasoning_content",
  ],
  [
    "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2",
    "calls without reasoning_content",
  ],
  ["body.cache_control: Extra inputs are not permitted", "cache_control"],
])("%s", (message, part) => {
  expect(refusal(message)).toBe(part);
});

test.each([
  "temperature must be at most 2",
  "this model does not support images",
  "unknown model 'm'",
  "messages: roles must alternate; stop it, this is not supported",
  "thinking about it is not allowed",
])("%s is about something else", (message) => {
  expect(refusal(message)).toBeNull();
});

test("only a refusal counts", () => {
  const words = "'temperature' is not supported";
  expect(refusal(words, 422)).toBe("temperature");
  expect(refusal(words, 500)).toBeNull();
  expect(refusal("failed to parse grammar", 500)).toBe("schema");
  expect(refusal(words, 429)).toBeNull();
  expect(refusedPart({ reason: "error_event", status: 400, message: words })).toBeNull();
});
