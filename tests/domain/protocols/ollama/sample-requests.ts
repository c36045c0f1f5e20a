// A request for each documented field of Ollama's that uses it.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import type { DocumentedField } from "./documented-field.ts";

const call = { function: { name: "look", arguments: { at: 1 } } };
/** The least that each kind asks. */
export const asks: Readonly<Record<OllamaKind, JsonRecord>> = {
  chat: { messages: [{ role: "user", content: "hi" }] },
  generate: { prompt: "hi" },
  embed: { input: "hi" },
  embeddings: { prompt: "hi" },
};

const assistant = (more: JsonRecord): JsonRecord => ({
  messages: [
    { role: "user", content: "hi" },
    { role: "assistant", content: "", ...more },
  ],
});
const result = (more: JsonRecord): JsonRecord => ({
  messages: [
    { role: "assistant", content: "", tool_calls: [call] },
    { role: "tool", content: "42", ...more },
  ],
});

/** A request that uses the field. Options that are numbers need no row. */
export const samples: Readonly<Record<string, JsonRecord>> = {
  stream: { stream: true },
  logprobs: { logprobs: true },
  top_logprobs: { logprobs: true, top_logprobs: 2 },
  messages: {},
  "messages.role": {},
  "messages.content": {},
  "messages.images": { messages: [{ role: "user", content: "", images: ["iVBORw0KGgo="] }] },
  "messages.tool_calls": assistant({ tool_calls: [call] }),
  "messages.tool_calls.id": assistant({ tool_calls: [{ id: "a", ...call }] }),
  "messages.tool_calls.type": assistant({ tool_calls: [{ type: "function", ...call }] }),
  "messages.tool_calls.function": assistant({ tool_calls: [call] }),
  "messages.tool_calls.function.name": assistant({ tool_calls: [call] }),
  "messages.tool_calls.function.arguments": assistant({ tool_calls: [call] }),
  "messages.tool_calls.function.index": assistant({
    tool_calls: [{ function: { index: 3, ...call.function } }],
  }),
  "messages.tool_call_id": result({ tool_call_id: "call00001" }),
  "messages.tool_name": result({ tool_name: "look" }),
  "messages.name": result({ name: "look" }),
  "messages.thinking": assistant({ content: "so", thinking: "hm" }),
  tools: { tools: [{ type: "function", function: { name: "look" } }] },
  format: { format: "json" },
  think: { think: "low" },
  system: { system: "be brief" },
  images: { images: ["iVBORw0KGgo="] },
  raw: { raw: true },
  suffix: { suffix: "end" },
  dimensions: { dimensions: 8 },
  options: { options: { temperature: 1 } },
  "options.stop": { options: { stop: ["x"] } },
  shift: { shift: true },
  truncate: { truncate: true },
  keep_alive: { keep_alive: "5m" },
  template: { template: "{{ .Prompt }}" },
  context: { context: [1, 2] },
  width: { width: 8 },
  height: { height: 8 },
  steps: { steps: 8 },
};

export function using(field: DocumentedField, kind: OllamaKind): JsonRecord {
  const [first, option] = field.name.split(".");
  const sample = samples[field.name];
  if (sample !== undefined) return { ...asks[kind], ...sample };
  if (first === "options" && option !== undefined)
    return { ...asks[kind], options: { [option]: 3 } };
  if (![...Object.keys(asks[kind]), "model"].includes(field.name)) throw new Error(field.name);
  return asks[kind];
}
