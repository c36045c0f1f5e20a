// What of a request to Responses every server has that speaks it.
import { expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { isCommonRequest } from "../../../../src/domain/protocols/openai-responses/common-request.ts";

const image = { type: "input_image", image_url: "data:image/png;base64,AA==" };
const said = (...content: readonly unknown[]) => ({
  input: [{ type: "message", role: "user", content }],
});
const item = (one: JsonRecord) => ({ input: [{ role: "user", content: "hi" }, one] });

test.each<[string, JsonRecord]>([
  ["nothing", {}],
  ["a text", { input: "hi", instructions: "Be brief." }],
  ["messages of texts and images", said({ type: "input_text", text: "hi" }, image)],
  ["messages without a type", { input: [{ role: "developer", content: "hi" }] }],
  [
    "what the model said and refused",
    said({ type: "output_text", text: "a" }, { type: "refusal", refusal: "no" }),
  ],
  [
    "functions",
    { tools: [{ type: "function", name: "f", strict: true }], tool_choice: "required" },
  ],
  ["a function that must be called", { tool_choice: { type: "function", name: "f" } }],
  ["a call", item({ type: "function_call", call_id: "c", name: "f", arguments: "{}" })],
  ["its result", item({ type: "function_call_output", call_id: "c", output: "ok" })],
  ["a result with an image", item({ type: "function_call_output", call_id: "c", output: [image] })],
  [
    "settings",
    {
      temperature: 1,
      text: { format: { type: "json_schema", name: "s", schema: {} } },
      reasoning: { effort: "low", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      store: true,
      background: false,
      prompt: null,
    },
  ],
  // Whose answers are where is another question.
  [
    "an earlier answer",
    { previous_response_id: "resp_1", ...item({ type: "item_reference", id: "i" }) },
  ],
  // Whatever is wrong with it, its server says.
  [
    "what is not of its form",
    { input: [7, null, { role: "user", content: [null, 7] }], tools: "x" },
  ],
])("%s: every server", (_name, request) => {
  expect(isCommonRequest(request)).toBe(true);
});

test.each<[string, JsonRecord]>([
  ["a file", said({ type: "input_file", file_id: "f" })],
  ["sound", said({ type: "input_audio", input_audio: {} })],
  ["a kind of part that nobody knows", said({ type: "hologram" })],
  ["a file as a result", item({ type: "function_call_output", output: [{ type: "input_file" }] })],
  ["a call in a namespace", item({ type: "function_call", name: "f", namespace: "mail" })],
  [
    "a custom tool",
    {
      tools: [
        { type: "function", name: "f" },
        { type: "custom", name: "c" },
      ],
    },
  ],
  ["a tool of OpenAI's", { tools: [{ type: "web_search" }] }],
  ["a namespace", { tools: [{ type: "namespace", name: "n", tools: [] }] }],
  [
    "a tool that is searched for",
    { tools: [{ type: "function", name: "f", defer_loading: true }] },
  ],
  ["a choice among tools", { tool_choice: { type: "allowed_tools", mode: "auto", tools: [] } }],
  ["a custom tool that must be called", { tool_choice: { type: "custom", name: "c" } }],
  ["a conversation", { conversation: "conv_1" }],
  ["a stored prompt", { prompt: { id: "p" } }],
  ["an answer in the background", { background: true }],
  ...[
    "reasoning",
    "custom_tool_call",
    "custom_tool_call_output",
    "web_search_call",
    "local_shell_call",
    "shell_call",
    "apply_patch_call",
    "tool_search_call",
    "tool_search_output",
    "additional_tools",
    "compaction",
    "mcp_call",
    "something_new",
  ].map((type): [string, JsonRecord] => [`an item of type ${type}`, item({ type })]),
])("%s: not every server", (_name, request) => {
  expect(isCommonRequest(request)).toBe(false);
});
