// Any request of a Responses client's: a conversation, tools of every form, and settings, some of which are not as they
// should be.
import fc from "fast-check";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";

const words = fc.string({ unit: "binary", maxLength: 8 }).filter((text) => text.isWellFormed());
const name = fc.constantFrom("look", "stop", "weather", "time");
const schema = fc.constantFrom({ type: "object" }, { type: "object", properties: { a: {} } });

const functionTool = fc.record(
  {
    type: fc.constant("function"),
    name,
    description: words,
    parameters: schema,
    strict: fc.boolean(),
  },
  { requiredKeys: ["type", "name"] },
);
const customTool = fc.record(
  { type: fc.constant("custom"), name, description: words },
  { requiredKeys: ["type", "name"] },
);
const tool: fc.Arbitrary<JsonRecord> = fc.oneof(
  functionTool,
  customTool,
  fc.record({
    type: fc.constant("namespace"),
    name: fc.constantFrom("mail", "files"),
    tools: fc.array(functionTool, { minLength: 1, maxLength: 2 }),
  }),
  fc.constant({ type: "web_search" }),
);

const part: fc.Arbitrary<JsonRecord> = fc.oneof(
  words.map((text) => ({ type: "input_text", text })),
  fc.constant({ type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=" }),
);
const item: fc.Arbitrary<readonly JsonRecord[]> = fc.oneof(
  words.map((content) => [{ role: "user", content }]),
  fc.array(part, { minLength: 1, maxLength: 2 }).map((content) => [{ role: "user", content }]),
  words.map((content) => [{ role: "developer", content }]),
  words.map((text) => [
    { type: "message", role: "assistant", content: [{ type: "output_text", text }] },
  ]),
  words.map((text) => [{ type: "reasoning", summary: [{ type: "summary_text", text }] }]),
  fc.tuple(name, fc.nat(), words).map(([called, id, output]) => [
    { type: "function_call", call_id: `call-${id}`, name: called, arguments: "{}" },
    { type: "function_call_output", call_id: `call-${id}`, output },
  ]),
);
const input = fc.oneof(
  words,
  fc.array(item, { maxLength: 4 }).map((list) => [{ role: "user", content: "hi" }, ...list.flat()]),
);

const format = fc.constantFrom(
  { type: "text" },
  { type: "json_object" },
  { type: "json_schema", name: "a", schema: { type: "object" } },
  { type: "json_schema", schema: { type: "object" }, strict: null },
);

export const anyResponsesRequest: fc.Arbitrary<JsonRecord> = fc.record(
  {
    input,
    instructions: fc.option(words),
    tools: fc.array(tool, { maxLength: 4 }),
    tool_choice: fc.constantFrom<unknown>(
      null,
      "auto",
      "none",
      "required",
      { type: "function", name: "look" },
      { type: "custom", name: "stop" },
      { type: "allowed_tools", tools: [{ type: "function", name: "look" }] },
      { type: "web_search_preview" },
    ),
    parallel_tool_calls: fc.constantFrom<unknown>(true, false, null, "yes"),
    text: fc.record(
      { format, verbosity: fc.constantFrom("low", "medium", "high", "none") },
      { requiredKeys: [] },
    ),
    reasoning: fc.record(
      {
        effort: fc.constantFrom(null, "none", "low", "xhigh", "much"),
        summary: fc.constantFrom(null, "auto", "concise", "none"),
      },
      { requiredKeys: [] },
    ),
    include: fc.subarray(["reasoning.encrypted_content", "message.output_text.logprobs"]),
    temperature: fc.constantFrom(null, 0, 0.5),
    top_p: fc.constantFrom(null, 0.9),
    top_logprobs: fc.constantFrom(null, 0, 2),
    max_output_tokens: fc.constantFrom(null, 16, 1.5),
    max_tool_calls: fc.constantFrom<unknown>(null, 3, "3"),
    metadata: fc.constantFrom(null, { a: "b" }),
    service_tier: fc.constantFrom<unknown>(null, "auto", "flex", 1),
    store: fc.constantFrom(null, false, true),
    truncation: fc.constantFrom(null, "auto", "disabled", "some"),
    user: fc.constantFrom(null, "u"),
    safety_identifier: fc.constantFrom<unknown>(null, "s", 7),
    prompt_cache_key: fc.constantFrom<unknown>(null, "k", 7),
  },
  { requiredKeys: ["input"] },
);
