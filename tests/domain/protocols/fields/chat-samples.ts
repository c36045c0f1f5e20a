// A sample of each type that a request to OpenAI's Chat Completions consists of, with all its members.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { Sample } from "./field-fate.ts";

type Around = Sample["in"];

const schema = { type: "object", properties: { a: {} } };
const hi = { role: "user", content: "hi" };
const tool = (name: string) => ({ type: "function", function: { name, parameters: schema } });
const callOf = { id: "c", type: "function", function: { name: "f", arguments: '{"a":1}' } };
const breakpoint = { prompt_cache_breakpoint: { mode: "explicit" } };

const assistant = { role: "assistant", content: "a" };

const none = <T>(value: T | null): readonly T[] => (value === null ? [] : [value]);

const inMessages: Around = (message) => ({ messages: [hi, ...none(message), hi] });
const inSetting =
  (key: string, more: JsonRecord = {}): Around =>
  (held) => ({ messages: [hi], ...more, ...(held === null ? {} : { [key]: held }) });
const inContent =
  (role: string): Around =>
  (part) => ({
    messages: [hi, { role, content: [{ type: "text", text: "before" }, ...none(part)] }, hi],
  });
const inUser = inContent("user");
const inPart =
  (type: string): Around =>
  (held) =>
    inUser(held === null ? null : { type, [type]: held });
const inCalls: Around = (call) => ({
  messages: [
    hi,
    { role: "assistant", content: "so", ...(call === null ? {} : { tool_calls: [call] }) },
    ...(call === null ? [] : [{ role: "tool", tool_call_id: call["id"], content: "r" }]),
  ],
  tools: [tool("f")],
});
const inCall =
  (type: string): Around =>
  (held) =>
    inCalls(held === null ? null : { id: "c", type, [type]: held });
const answered: Around = (result) => ({
  messages: [hi, { role: "assistant", content: null, tool_calls: [callOf] }, ...none(result)],
  tools: [tool("f")],
});
const inTools: Around = (given) => ({ messages: [hi], tools: [tool("other"), ...none(given)] });
const inTool =
  (type: string): Around =>
  (held) =>
    inTools(held === null ? null : { type, [type]: held });
const inChoice = inSetting("tool_choice", { tools: [tool("other"), tool("f")] });
const inChosen =
  (type: string): Around =>
  (held) =>
    inChoice(held === null ? null : { type, [type]: held });

export const chatSamples: readonly Sample[] = [
  {
    of: "ChatCompletionCreateParamsBase",
    what: "the request",
    in: inSettings,
    others: { messages: [{ role: "user", content: "ho" }] },
    quiet: { model: "the router's choice", stream_options: "the answer heeds it" },
    holds: {
      messages: [hi],
      model: "x",
      frequency_penalty: 0.5,
      logit_bias: { "1": 5 },
      logprobs: true,
      max_completion_tokens: 90,
      metadata: { a: "b" },
      moderation: { model: "m" },
      parallel_tool_calls: false,
      prediction: { type: "content", content: "p" },
      presence_penalty: 0.5,
      prompt_cache_key: "k",
      prompt_cache_options: { mode: "explicit" },
      prompt_cache_retention: "24h",
      response_format: { type: "json_schema", json_schema: { name: "n", schema } },
      safety_identifier: "s",
      seed: 5,
      service_tier: "priority",
      stop: ["a"],
      store: true,
      stream: true,
      stream_options: { include_usage: true },
      tool_choice: "required",
      tools: [tool("other")],
      top_logprobs: 2,
      verbosity: "low",
      web_search_options: { search_context_size: "low" },
    },
    alone: {
      audio: { format: "wav", voice: "alloy" },
      modalities: ["text", "audio"],
      n: 2,
    },
  },
  {
    // Some of these are not taken beside others.
    of: "settings",
    what: "the request's settings, each by itself",
    in: inSettings,
    holds: {},
    alone: { temperature: 0.5, top_p: 0.9, reasoning_effort: "low", max_tokens: 80, user: "u" },
  },
  {
    of: "first form",
    what: "tools in the API's first form",
    in: inSettings,
    holds: { functions: [{ name: "f", parameters: schema }], function_call: { name: "f" } },
  },
  {
    of: "ChatCompletionSystemMessageParam",
    what: "a system message",
    holds: { role: "system", content: "a", name: "n" },
    in: inMessages,
  },
  {
    of: "ChatCompletionDeveloperMessageParam",
    what: "a developer message",
    holds: { role: "developer", content: "a", name: "n" },
    in: inMessages,
  },
  {
    of: "ChatCompletionUserMessageParam",
    what: "a user's message",
    holds: { role: "user", content: "a", name: "n" },
    in: inMessages,
  },
  {
    of: "ChatCompletionAssistantMessageParam",
    what: "an assistant's message",
    holds: {
      role: "assistant",
      content: "a",
      refusal: "no",
      name: "n",
      audio: { id: "a" },
      function_call: { name: "f", arguments: '{"a":1}' },
    },
    alone: { tool_calls: [callOf] },
    in: (message) => ({
      messages: [
        hi,
        ...none(
          message?.["role"] === undefined && message?.["content"] === undefined
            ? message && { ...message, ...assistant }
            : message,
        ),
        ...(message?.["tool_calls"] === undefined
          ? []
          : [{ role: "tool", tool_call_id: "c", content: "r" }]),
        ...(message?.["function_call"] === undefined
          ? []
          : [{ role: "function", name: "f", content: "r" }]),
      ],
      tools: [tool("f")],
    }),
  },
  {
    of: "ChatCompletionToolMessageParam",
    what: "a call's result",
    holds: { role: "tool", tool_call_id: "c", content: "r" },
    in: answered,
  },
  {
    of: "ChatCompletionFunctionMessageParam",
    what: "a result in the first form",
    holds: { role: "function", name: "f", content: "r" },
    in: (result) => ({
      messages: [
        hi,
        { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
        ...none(result),
      ],
      functions: [{ name: "f", parameters: schema }],
    }),
    quiet: { name: "the call before says it" },
  },
  {
    of: "ChatCompletionContentPartText",
    what: "a text",
    holds: { type: "text", text: "a", ...breakpoint },
    in: inUser,
  },
  {
    of: "ChatCompletionContentPartRefusal",
    what: "a refusal",
    holds: { type: "refusal", refusal: "a" },
    in: inContent("assistant"),
  },
  {
    of: "ChatCompletionContentPartImage",
    what: "a picture",
    others: { image_url: { url: "https://i.example/b.png" } },
    holds: { type: "image_url", image_url: { url: "https://i.example/a.png" }, ...breakpoint },
    in: inUser,
  },
  {
    of: "ChatCompletionContentPartImage.ImageURL",
    what: "a picture's data or link",
    holds: { url: "data:image/png;base64,AAAA", detail: "high" },
    in: inPart("image_url"),
  },
  {
    of: "ChatCompletionContentPartInputAudio",
    what: "sound",
    holds: { type: "input_audio", input_audio: { data: "AAAA", format: "wav" }, ...breakpoint },
    in: inUser,
  },
  {
    of: "ChatCompletionContentPart.File",
    what: "a file",
    others: { file: { file_data: "data:application/pdf;base64,BBBB" } },
    holds: {
      type: "file",
      file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" },
      ...breakpoint,
    },
    in: inUser,
  },
  {
    of: "ChatCompletionContentPart.File.File",
    what: "a file's data",
    holds: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" },
    alone: { file_id: "f" },
    in: inPart("file"),
  },
  {
    of: "ChatCompletionMessageFunctionToolCall",
    what: "a call",
    others: { function: { name: "f", arguments: "{}" } },
    holds: callOf,
    in: inCalls,
    quiet: {
      type: "what has none calls a function",
      id: "call and result are named anew together",
    },
  },
  {
    of: "ChatCompletionMessageFunctionToolCall.Function",
    what: "a call's function",
    holds: callOf.function,
    in: inCall("function"),
  },
  {
    of: "ChatCompletionMessageCustomToolCall",
    what: "a custom tool's call",
    others: { custom: { name: "f", input: "b" } },
    holds: { id: "c", type: "custom", custom: { name: "f", input: "a" } },
    in: inCalls,
    quiet: { id: "call and result are named anew together" },
  },
  {
    of: "ChatCompletionMessageCustomToolCall.Custom",
    what: "a custom tool's call, within",
    holds: { name: "f", input: "a" },
    in: inCall("custom"),
  },
  {
    of: "ChatCompletionFunctionTool",
    what: "a tool",
    others: { function: { name: "g" } },
    holds: tool("f"),
    in: inTools,
    quiet: { type: "what has none is a function" },
  },
  {
    of: "FunctionDefinition",
    what: "a tool's function",
    holds: { name: "f", description: "d", parameters: schema, strict: true },
    in: inTool("function"),
  },
  {
    of: "ChatCompletionCreateParams.Function",
    what: "a function in the first form",
    holds: { name: "f", description: "d", parameters: schema },
    in: (held) => ({ messages: [hi], functions: [{ name: "other" }, ...none(held)] }),
  },
  {
    of: "ChatCompletionCustomTool",
    what: "a custom tool",
    others: { custom: { name: "g" } },
    holds: { type: "custom", custom: { name: "f" } },
    in: inTools,
  },
  {
    of: "ChatCompletionCustomTool.Custom",
    what: "a custom tool, within",
    holds: {
      name: "f",
      description: "d",
      format: { type: "grammar", grammar: { syntax: "lark", definition: "start: A" } },
    },
    in: inTool("custom"),
  },
  {
    of: "ChatCompletionCustomTool.Custom.Grammar.Grammar",
    what: "a custom tool's grammar",
    holds: { syntax: "lark", definition: "start: A" },
    in: (grammar) =>
      inTools({
        type: "custom",
        custom: {
          name: "f",
          ...(grammar === null ? {} : { format: { type: "grammar", grammar } }),
        },
      }),
  },
  {
    of: "ChatCompletionNamedToolChoice",
    what: "a tool that must be called",
    holds: { type: "function", function: { name: "f" } },
    in: inChoice,
    quiet: { type: "the name says it" },
  },
  {
    of: "ChatCompletionNamedToolChoice.Function",
    what: "its function",
    holds: { name: "f" },
    in: inChosen("function"),
  },
  {
    of: "ChatCompletionNamedToolChoiceCustom",
    what: "a custom tool that must be called",
    holds: { type: "custom", custom: { name: "f" } },
    in: inChoice,
    quiet: { type: "the name says it" },
  },
  {
    of: "ChatCompletionNamedToolChoiceCustom.Custom",
    what: "its name",
    holds: { name: "f" },
    in: inChosen("custom"),
  },
  {
    of: "ChatCompletionAllowedToolChoice",
    what: "tools that are allowed",
    holds: { type: "allowed_tools", allowed_tools: { mode: "required", tools: [tool("f")] } },
    in: inChoice,
  },
  {
    of: "ChatCompletionAllowedTools",
    what: "these tools",
    holds: { mode: "required", tools: [tool("f")] },
    in: inChosen("allowed_tools"),
  },
  {
    of: "ResponseFormatJSONSchema",
    what: "an answer of a schema",
    holds: { type: "json_schema", json_schema: { name: "n", schema } },
    in: inSetting("response_format"),
  },
  {
    of: "ResponseFormatJSONSchema.JSONSchema",
    what: "the schema",
    holds: { name: "n", description: "d", schema, strict: false },
    in: (held) =>
      inSetting("response_format")(
        held === null ? null : { type: "json_schema", json_schema: held },
      ),
    quiet: { name: "a label", strict: "the schema is kept to" },
  },
  {
    of: "ResponseFormatJSONObject",
    what: "an answer of any JSON",
    holds: { type: "json_object" },
    in: inSetting("response_format"),
  },
  {
    of: "ResponseFormatText",
    what: "an answer of text",
    holds: { type: "text" },
    in: inSetting("response_format"),
    quiet: { type: "answers are texts" },
  },
  {
    of: "ChatCompletionStreamOptions",
    what: "stream_options",
    holds: { include_usage: true, include_obfuscation: true },
    in: inSetting("stream_options", { stream: true }),
    quiet: { include_usage: "the answer heeds it" },
  },
];

function inSettings(held: JsonRecord | null): JsonRecord {
  return { messages: [hi], ...held };
}

/** What stands in a request as one value, and is named as one. */
export const chatNamedWhole: ReadonlySet<string> = new Set([
  "ChatCompletionContentPartText.PromptCacheBreakpoint",
  "ChatCompletionContentPartImage.PromptCacheBreakpoint",
  "ChatCompletionContentPartInputAudio.PromptCacheBreakpoint",
  "ChatCompletionContentPart.File.PromptCacheBreakpoint",
  "ChatCompletionContentPartInputAudio.InputAudio",
  "ChatCompletionAssistantMessageParam.Audio",
  "ChatCompletionAudioParam",
  "ChatCompletionCreateParams.Moderation",
  "ChatCompletionCreateParams.PromptCacheOptions",
  "ChatCompletionCreateParams.WebSearchOptions",
  "ChatCompletionPredictionContent",
]);

/** What other samples hold as a part of theirs. */
export const chatHeldByOthers: ReadonlySet<string> = new Set([
  "ChatCompletionAssistantMessageParam.FunctionCall",
  "ChatCompletionFunctionCallOption",
  "ChatCompletionCustomTool.Custom.Text",
  "ChatCompletionCustomTool.Custom.Grammar",
]);
