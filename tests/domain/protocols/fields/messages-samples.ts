// A sample of each type that a request to Anthropic's Messages consists of, with all its members.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { Sample } from "./field-fate.ts";

type Around = Sample["in"];

const cached = { type: "ephemeral", ttl: "1h" };
const schema = { type: "object", properties: { a: {} } };
const hi = { role: "user", content: "hi" };
const before = { type: "text", text: "before" };
const callOf = { type: "tool_use", id: "c", name: "f", input: { a: 1 } };
const other = { name: "other", input_schema: schema };
const tools = [other, { ...other, name: "f" }];
const asked = { max_tokens: 90, messages: [hi] };

const none = <T>(value: T | null): readonly T[] => (value === null ? [] : [value]);

const inMessages: Around = (message) => ({ ...asked, messages: [hi, ...none(message), hi] });
const inMessage =
  (role: string): Around =>
  (block) => ({ ...asked, messages: [hi, { role, content: [before, ...none(block)] }, hi] });
const inUser = inMessage("user");
const inAssistant = inMessage("assistant");
/** As the source of a block. */
const sourceOf =
  (type: string): Around =>
  (source) =>
    inUser(source === null ? null : { type, source });
/** As an answer to a call. */
const inResult: Around = (result) => ({
  ...asked,
  messages: [
    hi,
    { role: "assistant", content: [{ ...callOf, name: "other" }] },
    { role: "user", content: [...none(result), before] },
  ],
  tools,
});
const inContentOfResult: Around = (block) =>
  inResult({ type: "tool_result", tool_use_id: "c", content: [before, ...none(block)] });
/** A result refers to it, whereupon deferred ones are sent. */
const inTools: Around = (tool) => {
  const refers = { type: "tool_reference", tool_name: tool?.["name"] ?? "f" };
  return { ...inContentOfResult(refers), tools: [other, ...none(tool)] };
};
const inChoice: Around = (choice) => ({
  ...asked,
  tools,
  ...(choice === null ? {} : { tool_choice: choice }),
});
const inSetting =
  (key: string): Around =>
  (held) => ({ ...asked, ...(held === null ? {} : { [key]: held }) });
const inFormat: Around = (format) => ({
  ...asked,
  ...(format === null ? {} : { output_config: { format } }),
});

const markedTool = {
  cache_control: cached,
  allowed_callers: ["code_execution_20260120"],
  defer_loading: true,
  input_examples: [{ a: 1 }],
  strict: true,
};
const referred = "a result refers to it, so it is sent";

export const messagesSamples: readonly Sample[] = [
  {
    of: "MessageCreateParamsBase",
    what: "the request",
    in: (request) => request ?? asked,
    others: { messages: [{ role: "user", content: "ho" }] },
    quiet: { model: "the router's choice" },
    holds: {
      max_tokens: 90,
      messages: [hi],
      model: "x",
      cache_control: cached,
      container: "c",
      diagnostics: { previous_message_id: "m" },
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
  {
    of: "UserMessageParam",
    what: "a user's message",
    holds: { role: "user", content: "a" },
    in: inMessages,
  },
  {
    of: "AssistantMessageParam",
    what: "an assistant's message",
    holds: { role: "assistant", content: "a" },
    in: inMessages,
  },
  {
    of: "SystemMessageParam",
    what: "a system message among the messages",
    holds: { role: "system", content: "a" },
    in: inMessages,
  },
  {
    of: "TextBlockParam",
    what: "a text",
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
    what: "a picture",
    others: { source: { type: "base64", media_type: "image/png", data: "BBBB" } },
    holds: {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "AAAA" },
      cache_control: cached,
      transformations: { oversized_image: "error" },
    },
    in: inUser,
  },
  {
    of: "Base64ImageSource",
    what: "a picture's data",
    holds: { type: "base64", media_type: "image/png", data: "AAAA" },
    in: sourceOf("image"),
  },
  {
    of: "URLImageSource",
    what: "a picture's link",
    holds: { type: "url", url: "http://i" },
    in: sourceOf("image"),
  },
  {
    of: "FileImageSource",
    what: "a picture in Anthropic's storage",
    holds: { type: "file", file_id: "f" },
    in: sourceOf("image"),
  },
  {
    of: "DocumentBlockParam",
    what: "a document",
    others: { source: { type: "text", media_type: "text/plain", data: "e" } },
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
    what: "a document of text",
    holds: { type: "text", media_type: "text/plain", data: "d" },
    in: sourceOf("document"),
    quiet: { media_type: "there is one only" },
  },
  {
    of: "ContentBlockSource",
    what: "a document of blocks",
    holds: { type: "content", content: "d" },
    in: sourceOf("document"),
  },
  {
    of: "Base64PDFSource",
    what: "a PDF's data",
    holds: { type: "base64", media_type: "application/pdf", data: "AAAA" },
    in: sourceOf("document"),
  },
  {
    of: "URLPDFSource",
    what: "a PDF's link",
    holds: { type: "url", url: "http://d" },
    in: sourceOf("document"),
  },
  {
    of: "FileDocumentSource",
    what: "a document in Anthropic's storage",
    holds: { type: "file", file_id: "f" },
    in: sourceOf("document"),
  },
  {
    of: "SearchResultBlockParam",
    what: "a search result",
    others: { content: [{ type: "text", text: "b" }] },
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
    of: "CitationsConfigParam",
    what: "citations of a document",
    holds: { enabled: true },
    in: (citations) =>
      inUser({
        type: "document",
        source: { type: "text", media_type: "text/plain", data: "d" },
        ...(citations === null ? {} : { citations }),
      }),
  },
  {
    of: "ThinkingBlockParam",
    what: "thinking",
    holds: { type: "thinking", thinking: "t", signature: "s" },
    in: inAssistant,
  },
  {
    of: "RedactedThinkingBlockParam",
    what: "redacted thinking",
    holds: { type: "redacted_thinking", data: "d" },
    in: inAssistant,
  },
  {
    of: "ToolUseBlockParam",
    what: "a call",
    holds: {
      ...callOf,
      cache_control: cached,
      caller: { type: "code_execution_20250825", tool_id: "t" },
      toolset_name: "n",
    },
    in: (block) => ({
      ...asked,
      messages: [
        hi,
        { role: "assistant", content: [before, ...none(block)] },
        {
          role: "user",
          content: [
            ...none(block && { type: "tool_result", tool_use_id: block["id"], content: "r" }),
            before,
          ],
        },
      ],
      tools,
    }),
  },
  {
    of: "ToolResultBlockParam",
    what: "a call's result",
    holds: {
      type: "tool_result",
      tool_use_id: "c",
      content: "r",
      is_error: true,
      toolset_name: "n",
      cache_control: cached,
    },
    in: inResult,
  },
  {
    of: "ToolReferenceBlockParam",
    what: "a tool that was found",
    holds: { type: "tool_reference", tool_name: "f", cache_control: cached },
    in: inContentOfResult,
  },
  {
    of: "Tool",
    what: "a tool",
    others: { input_schema: { type: "object", properties: { b: {} } } },
    holds: {
      type: "custom",
      name: "f",
      input_schema: schema,
      description: "d",
      ...markedTool,
      eager_input_streaming: true,
    },
    in: inTools,
    quiet: { type: "what has none is custom", defer_loading: referred },
  },
  {
    of: "Tool.InputSchema",
    what: "a tool's schema",
    holds: { type: "object", properties: { a: {} }, required: ["a"] },
    in: (given) => inTools(given === null ? null : { name: "f", input_schema: given }),
    quiet: { type: "it is put in where it lacks" },
  },
  {
    of: "ToolTextEditor20250728",
    what: "a tool that the client runs by type",
    holds: { type: "text_editor_20250728", name: "e", max_characters: 9, ...markedTool },
    in: inTools,
    quiet: { defer_loading: referred },
  },
  {
    of: "ToolChoiceTool",
    what: "a tool that must be called",
    holds: { type: "tool", name: "f", disable_parallel_tool_use: true },
    in: inChoice,
  },
  {
    of: "ToolChoiceAny",
    what: "any tool that must be called",
    holds: { type: "any", disable_parallel_tool_use: true },
    in: inChoice,
  },
  {
    of: "ToolChoiceAuto",
    what: "tools that may be called",
    holds: { type: "auto", disable_parallel_tool_use: true },
    in: inChoice,
  },
  {
    of: "ToolChoiceNone",
    what: "tools that must not be called",
    holds: { type: "none" },
    in: inChoice,
  },
  { of: "Metadata", what: "metadata", holds: { user_id: "u" }, in: inSetting("metadata") },
  {
    of: "ThinkingConfigEnabled",
    what: "thinking by a budget",
    holds: { type: "enabled", budget_tokens: 9_000, display: "omitted" },
    in: inSetting("thinking"),
    quiet: { display: "the answer heeds it" },
  },
  {
    of: "ThinkingConfigAdaptive",
    what: "thinking as the model likes",
    holds: { type: "adaptive", display: "omitted" },
    in: inSetting("thinking"),
    quiet: { display: "the answer heeds it" },
  },
  {
    of: "ThinkingConfigBetweenTools",
    what: "thinking between calls",
    holds: { type: "between_tools" },
    in: inSetting("thinking"),
  },
  {
    of: "ThinkingConfigDisabled",
    what: "thinking switched off",
    holds: { type: "disabled" },
    in: inSetting("thinking"),
    quiet: { type: "it is off where nothing is said" },
  },
  {
    of: "OutputConfig",
    what: "output_config",
    holds: { effort: "high", format: { type: "json_schema", schema } },
    in: inSetting("output_config"),
  },
  {
    of: "JSONOutputFormat",
    what: "the answer's format",
    others: { schema: { type: "object", properties: { b: {} } } },
    holds: { type: "json_schema", schema },
    in: inFormat,
  },
];

/** Fields that the SDK's types have had before, or the API still takes. */
export const olderMessagesFields: Sample = {
  of: "older",
  what: "the request, by older names",
  holds: {
    temperature: 0.5,
    top_p: 0.9,
    top_k: 5,
    output_format: { type: "json_schema", schema },
  },
  in: (held) => ({ ...asked, ...held }),
};

/** What the SDK has under the name of betas, by the name that the same has without it where that is another. */
export const betaNames: Readonly<Record<string, string>> = {
  MessageCreateParamsBase: "MessageCreateParamsBase",
  UserMessageParam: "BetaMessageParam",
  DocumentBlockParam: "BetaRequestDocumentBlock",
  PlainTextSource: "BetaPlainTextSource",
  "Tool.InputSchema": "BetaTool.InputSchema",
};

/** Of members that betas have more; whatever is not here may be any object. */
export const betaValues: JsonRecord = {
  output_format: { type: "json_schema", schema },
  mcp_servers: [{ type: "url", name: "n", url: "http://m" }],
};

/** A block of a type that nobody else has, among what the assistant said. */
export const withBlock = (type: string): JsonRecord => inAssistant({ type, id: "i" });

/** A tool of a type, to which a result refers. */
export const withTool = (type: string): JsonRecord => inTools({ type, name: "n" });

/** What stands in a request as one value, and is named as one. */
export const namedWhole: ReadonlySet<string> = new Set([
  "CacheControlEphemeral",
  "TextCitationParam",
  "ImageTransformationsParam",
  "ContainerParams",
  "DiagnosticsParam",
  "DirectCaller",
  "ServerToolCaller",
  "ServerToolCaller20260120",
  // In results of tools that only Anthropic's own models know.
  "BrowserStateBlockParam",
]);
