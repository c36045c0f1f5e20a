// No field of a request vanishes: without it the chat's request is another, or something else is named as dropped.
import { describe, expect, test } from "bun:test";
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import { translatedCall } from "../../../lab/translated-call.ts";
import { asChat } from "./over-chat.ts";
import { keysOf, typesIn } from "./sdk-types.ts";

const cached = { type: "ephemeral" };
const schema = { type: "object", properties: { a: {} } };
const hi = { role: "user", content: "hi" };
const callOf = { type: "tool_use", id: "c", name: "f", input: { a: 1 } };

const inMessages = (message: JsonRecord) => ({ messages: [hi, message, hi] });
const inMessage = (role: string) => (block: JsonRecord) => ({
  messages: [hi, { role, content: [{ type: "text", text: "before" }, block] }, hi],
});
const inUser = inMessage("user");
const inAssistant = inMessage("assistant");
const inSource = (type: string) => (source: JsonRecord) => inUser({ type, source });
/** A result refers to it: deferred ones are sent then. */
const inTools = (tool: JsonRecord) => ({
  ...inUser({
    type: "tool_result",
    tool_use_id: "c",
    content: [{ type: "tool_reference", tool_name: tool["name"] ?? "f" }],
  }),
  tools: [tool],
});
const other = { name: "other", input_schema: schema };
const inChoice = (choice: JsonRecord) => ({
  messages: [hi],
  tools: [other, { ...other, name: "f" }],
  tool_choice: choice,
});
const inSettings = (key: string) => (held: JsonRecord) => ({ messages: [hi], [key]: held });

interface Sample {
  readonly of: string;
  /** Every member, none of them with a value that asks for nothing. */
  readonly holds: JsonRecord;
  readonly in: (sample: JsonRecord) => JsonRecord;
  /** What says nothing to a server. */
  readonly quiet?: readonly string[];
}

const samples: readonly Sample[] = [
  {
    of: "MessageCreateParamsBase",
    in: (request) => request,
    // The router's choice.
    quiet: ["model"],
    holds: {
      max_tokens: 9,
      messages: [hi],
      model: "x",
      cache_control: cached,
      container: "c",
      diagnostics: { a: 1 },
      inference_geo: "us",
      metadata: { user_id: "u" },
      output_config: { format: { type: "json_schema", schema } },
      service_tier: "standard_only",
      speed: "fast",
      stop_sequences: ["a"],
      stream: true,
      system: "s",
      thinking: { type: "adaptive" },
      tool_choice: { type: "any" },
      tools: [other],
      user_profile_id: "p",
      workspace_id: "w",
    },
  },
  { of: "UserMessageParam", holds: { role: "user", content: "a" }, in: inMessages },
  { of: "AssistantMessageParam", holds: { role: "assistant", content: "a" }, in: inMessages },
  { of: "SystemMessageParam", holds: { role: "system", content: "a" }, in: inMessages },
  {
    of: "TextBlockParam",
    holds: {
      type: "text",
      text: "a",
      cache_control: cached,
      citations: [{ type: "char_location" }],
    },
    in: inAssistant,
  },
  {
    of: "ImageBlockParam",
    holds: {
      type: "image",
      source: { type: "url", url: "http://i" },
      cache_control: cached,
      transformations: { a: 1 },
    },
    in: inUser,
  },
  {
    of: "Base64ImageSource",
    holds: { type: "base64", media_type: "image/png", data: "AAAA" },
    in: inSource("image"),
  },
  { of: "URLImageSource", holds: { type: "url", url: "http://i" }, in: inSource("image") },
  {
    of: "FileImageSource",
    holds: { type: "file", file_id: "f" },
    in: inSource("image"),
    quiet: ["file_id"],
  },
  {
    of: "DocumentBlockParam",
    holds: {
      type: "document",
      source: { type: "text", media_type: "text/plain", data: "d" },
      title: "t",
      context: "c",
      citations: { enabled: true },
      cache_control: cached,
    },
    in: inUser,
  },
  {
    of: "PlainTextSource",
    holds: { type: "text", media_type: "text/plain", data: "d" },
    in: inSource("document"),
    // There is one only.
    quiet: ["media_type"],
  },
  { of: "ContentBlockSource", holds: { type: "content", content: "d" }, in: inSource("document") },
  {
    of: "Base64PDFSource",
    holds: { type: "base64", media_type: "application/pdf", data: "AAAA" },
    in: inSource("document"),
  },
  {
    of: "SearchResultBlockParam",
    holds: {
      type: "search_result",
      title: "t",
      source: "s",
      content: [{ type: "text", text: "a" }],
      citations: { enabled: true },
      cache_control: cached,
    },
    in: inUser,
  },
  {
    of: "ThinkingBlockParam",
    holds: { type: "thinking", thinking: "t", signature: "s" },
    in: inAssistant,
  },
  {
    of: "RedactedThinkingBlockParam",
    holds: { type: "redacted_thinking", data: "d" },
    in: inAssistant,
  },
  {
    of: "ToolUseBlockParam",
    holds: {
      ...callOf,
      cache_control: cached,
      caller: { type: "code_execution_20250825", tool_id: "t" },
      toolset_name: "n",
    },
    in: inAssistant,
  },
  {
    of: "ToolResultBlockParam",
    holds: {
      type: "tool_result",
      tool_use_id: "c",
      content: "r",
      is_error: true,
      toolset_name: "n",
      cache_control: cached,
    },
    in: inUser,
  },
  {
    of: "ToolReferenceBlockParam",
    holds: { type: "tool_reference", tool_name: "f", cache_control: cached },
    in: (block) => inUser({ type: "tool_result", tool_use_id: "c", content: [block] }),
  },
  {
    of: "Tool",
    holds: {
      type: "custom",
      name: "f",
      input_schema: schema,
      description: "d",
      strict: true,
      cache_control: cached,
      allowed_callers: ["code_execution_20250825"],
      defer_loading: true,
      eager_input_streaming: true,
      input_examples: [{ a: 1 }],
    },
    in: inTools,
    // Tools of no type are custom, and the result refers to this one.
    quiet: ["type", "defer_loading"],
  },
  {
    of: "ToolTextEditor20250728",
    holds: {
      type: "text_editor_20250728",
      name: "e",
      cache_control: cached,
      max_characters: 9,
      allowed_callers: ["code_execution_20250825"],
      defer_loading: true,
      input_examples: [{ a: 1 }],
      strict: true,
    },
    in: inTools,
    quiet: ["defer_loading"],
  },
  {
    of: "ToolChoiceTool",
    holds: { type: "tool", name: "f", disable_parallel_tool_use: true },
    in: inChoice,
  },
  { of: "ToolChoiceAny", holds: { type: "any", disable_parallel_tool_use: true }, in: inChoice },
  { of: "ToolChoiceAuto", holds: { type: "auto", disable_parallel_tool_use: true }, in: inChoice },
  { of: "ToolChoiceNone", holds: { type: "none" }, in: inChoice },
  { of: "Metadata", holds: { user_id: "u" }, in: inSettings("metadata") },
  {
    of: "ThinkingConfigEnabled",
    holds: { type: "enabled", budget_tokens: 9_000, display: "omitted" },
    in: inSettings("thinking"),
    // It is about the answer.
    quiet: ["display"],
  },
  {
    of: "ThinkingConfigAdaptive",
    holds: { type: "adaptive", display: "omitted" },
    in: inSettings("thinking"),
    quiet: ["display"],
  },
  {
    of: "OutputConfig",
    holds: { effort: "high", format: { type: "json_schema", schema } },
    in: inSettings("output_config"),
  },
  {
    of: "JSONOutputFormat",
    holds: { type: "json_schema", schema },
    in: (format) => ({ messages: [hi], output_config: { format } }),
  },
];

function asOllama(request: JsonRecord) {
  const { sent, dropped, instead, cannot } = translatedCall("/v1/messages", request, "ollama");
  return { sent, dropped, instead, cannot };
}

describe.each(samples)("$of", ({ of, holds, in: around, quiet = [] }) => {
  test("the sample has every member that the SDK knows", () => {
    expect(Object.keys(holds).toSorted()).toEqual([...keysOf(of)].toSorted());
  });

  const whole = { messages: [hi], ...around(holds) };
  test.each(Object.keys(holds).filter((key) => !quiet.includes(key)))(
    "%s is heeded or named",
    (key) => {
      const { [key]: _, ...rest } = holds;
      for (const server of ["open", "groq", "openai"] as const)
        expect(asChat(around(rest), server)).not.toEqual(asChat(whole, server));
      if (asOllama(whole).cannot === null)
        expect(asOllama(around(rest))).not.toEqual(asOllama(whole));
    },
  );
});

test("a block of any type is carried, or named by it", () => {
  for (const type of typesIn("ContentBlockParam")) {
    const sample = samples.find(
      ({ holds, of }) => holds["type"] === type && of.endsWith("BlockParam"),
    );
    const named = { dropped: [`messages.content.${type}`] };
    if (sample === undefined) expect(asChat(inAssistant({ type, id: "i" }))).toMatchObject(named);
  }
});

test("a tool of any type is carried, or named by it", () => {
  for (const type of typesIn("ToolUnion")) {
    if (type === null) continue;
    const chat = asChat(inTools({ type, name: "n" }));
    const isRun = /^(bash|memory|text_editor|computer)_\d/.test(type);
    const expected = isRun
      ? { dropped: [], body: { tools: [{ type: "function", function: { name: "n" } }] } }
      : { dropped: [`tools.${type}`] };
    expect(chat).toMatchObject(expected);
  }
});
