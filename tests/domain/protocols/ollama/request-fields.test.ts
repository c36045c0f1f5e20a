// The table of request fields, held against what the translation does and what the page says.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import type { DocumentedField } from "./documented-field.ts";
import { requestFields } from "./request-fields.ts";
import { ollamaPage, withFields } from "./ollama-page.ts";
import { open, strict, translated } from "./translated.ts";

const call = { function: { name: "look", arguments: { at: 1 } } };
const asks: Readonly<Record<OllamaKind, JsonRecord>> = {
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
const samples: Readonly<Record<string, JsonRecord>> = {
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

function using(field: DocumentedField, kind: OllamaKind): JsonRecord {
  const [first, option] = field.name.split(".");
  const sample = samples[field.name];
  if (sample !== undefined) return { ...asks[kind], ...sample };
  if (first === "options" && option !== undefined)
    return { ...asks[kind], options: { [option]: 3 } };
  expect([...Object.keys(asks[kind]), "model"]).toContain(field.name);
  return asks[kind];
}

/** Whether a dotted path leads somewhere; lists are looked through. */
function holds(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((item) => holds(item, path));
  if (typeof value !== "object" || value === null) return false;
  return holds((value as JsonRecord)[key], rest);
}

const cases = requestFields.flatMap((field) =>
  field.on.map((kind) => [field.name, kind, field.fate, field] as const),
);

describe("what the table says of a field is what becomes of it", () => {
  test.each(cases)("%s on %s is %s", (name, kind, fate, field) => {
    const { body, dropped } = translated(kind, using(field, kind), open);
    expect(dropped.includes(name)).toBe(fate === "dropped");
    // A prompt goes to one of two places.
    const found = field.to.filter((target) => holds(body, target.split(".")));
    if (name === "prompt") expect(found).toHaveLength(1);
    else expect(found).toEqual([...field.to]);
  });

  const extras = cases.filter(([name, , , { extra }]) => extra && !/name$|^think$/.test(name));
  test.each(extras)("%s on %s is named where the server is strict", (name, kind, _, field) => {
    const { body, dropped } = translated(kind, using(field, kind), strict);
    expect(dropped).toContain(name);
    expect(field.to.some((target) => holds(body, target.split(".")))).toBe(false);
  });

  test("every sample belongs to a row", () => {
    const names = new Set(requestFields.map((field) => field.name));
    expect(Object.keys(samples).filter((name) => !names.has(name))).toEqual([]);
  });
});

test("a field has one row for each kind of request", () => {
  const seen = cases.map(([name, kind]) => `${kind} ${name}`);
  expect(seen.length).toBe(new Set(seen).size);
});

test("docs/ollama.md has the table as the code has it (bun tests/domain/protocols/ollama/ollama-page.ts)", async () => {
  const page = await Bun.file(ollamaPage).text();
  expect(page).toBe(withFields(page));
});
