// A sample of each type that a request to OpenAI's Responses consists of, with all its members.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { Sample } from "./field-fate.ts";

type Around = Sample["in"];

const schema = { type: "object", properties: { a: {} } };
const hi = { role: "user", content: "hi" };
const breakpoint = { prompt_cache_breakpoint: { mode: "explicit" } };
const tool = (name: string) => ({ type: "function", name, parameters: schema, strict: false });
const callOf = { type: "function_call", call_id: "c", name: "f", arguments: '{"a":1}' };
const resultOf = { type: "function_call_output", call_id: "c", output: "r" };
const direct = { caller: { type: "direct" } };

const none = <T>(value: T | null): readonly T[] => (value === null ? [] : [value]);

const inInput: Around = (item) => ({ input: [hi, ...none(item), hi] });
const inSetting =
  (key: string, more: JsonRecord = {}): Around =>
  (held) => ({ input: [hi], ...more, ...(held === null ? {} : { [key]: held }) });
const inContent =
  (role: string): Around =>
  (part) => {
    const type = role === "assistant" ? "output_text" : "input_text";
    const content = [{ type, text: "before" }, ...none(part)];
    return { input: [hi, { type: "message", role, content }, hi] };
  };
const inUser = inContent("user");
const inAssistant = inContent("assistant");
/** With its result. */
const inCalls: Around = (call) => ({
  input: [hi, ...(call === null ? [] : [call, { ...resultOf, call_id: call["call_id"] ?? "c" }])],
  tools: [tool("f"), { type: "namespace", name: "n", tools: [tool("f")] }],
});
const answering =
  (call: JsonRecord): Around =>
  (result) => ({ input: [hi, call, ...none(result)], tools: [tool("f")] });
const answered = answering(callOf);
const inOutput: Around = (part) =>
  answered({ ...resultOf, output: [{ type: "input_text", text: "before" }, ...none(part)] });
const inTools: Around = (given) => ({ input: [hi], tools: [tool("other"), ...none(given)] });
const inChoice = inSetting("tool_choice", { tools: [tool("other"), tool("f")] });
const inNamespace: Around = (held) =>
  inTools(held === null ? null : { type: "namespace", name: "n", description: "d", tools: [held] });
const inFormat: Around = (format) => inSetting("text")(format === null ? null : { format });

/** Members that are sampled each by itself have their type all the same. */
function typedAs(type: string, alone: JsonRecord, held: JsonRecord | null): JsonRecord | null {
  return held !== null && Object.keys(held).some((key) => key in alone) ? { type, ...held } : held;
}

const ofItsServer = "the server's that made it";
const kept = {
  allowed_callers: ["direct"],
  async: true,
  defer_loading: true,
  output_schema: schema,
};
const { output_schema: _, ...keptOfCustom } = kept;
const whole = "it is there from the start";
const pdf = "data:application/pdf;base64,AAAA";
const picture = "data:image/png;base64,AAAA";
const other = { image_url: "data:image/png;base64,BBBB" };
const search = {
  type: "tool_search_call",
  call_id: "c",
  arguments: { query: "q" },
  execution: "client",
};

const image = { type: "input_image", image_url: picture, detail: "high", ...breakpoint };
const file = {
  type: "input_file",
  file_data: pdf,
  filename: "a.pdf",
  detail: "high",
  ...breakpoint,
};
const texts = {
  summary: [{ type: "summary_text", text: "s" }],
  content: [{ type: "reasoning_text", text: "a" }],
};
const fileElsewhere = { file_id: "f", file_url: "https://i.example/a.pdf" };

export const responsesSamples: readonly Sample[] = [
  {
    of: "ResponseCreateParamsBase",
    what: "the request",
    in: (request) => ({ input: [hi], ...request }),
    others: { input: [{ role: "user", content: "ho" }] },
    quiet: {
      model: "the router's choice",
      store: "the router heeds it",
      truncation: "servers do as they do",
    },
    holds: {
      access_programs: { cyber: "standard" },
      context_management: [{ type: "compaction" }],
      image: { context_compression: "enabled" },
      include: ["message.output_text.logprobs", "file_search_call.results"],
      input: [hi],
      instructions: "s",
      max_output_tokens: 9,
      max_tool_calls: 3,
      metadata: { a: "b" },
      model: "x",
      moderation: { model: "m" },
      parallel_tool_calls: false,
      prompt_cache_key: "k",
      prompt_cache_options: { mode: "explicit" },
      prompt_cache_retention: "24h",
      reasoning: { effort: "low" },
      safety_identifier: "s",
      service_tier: "priority",
      store: true,
      stream: true,
      stream_options: { include_obfuscation: true },
      text: { verbosity: "low" },
      tool_choice: "required",
      tools: [tool("other")],
      top_logprobs: 2,
      truncation: "auto",
    },
    own: {
      background: "refused",
      conversation: "refused",
      prompt: "refused",
      previous_response_id: "the answer is looked up",
    },
    alone: {
      background: true,
      background_options: { completion_window: "2h" },
      conversation: "c",
      previous_response_id: "resp_1",
      prompt: { id: "p" },
      temperature: 0.5,
      top_p: 0.9,
      user: "u",
    },
  },
  {
    of: "EasyInputMessage",
    what: "a message",
    holds: { role: "user", content: "a", phase: "commentary", type: "message" },
    in: inInput,
    quiet: { type: "what has none is a message" },
  },
  {
    of: "ResponseInputItem.Message",
    what: "a message of parts",
    holds: {
      role: "developer",
      content: [{ type: "input_text", text: "a" }],
      status: "completed",
      type: "message",
    },
    others: { content: [{ type: "input_text", text: "b" }] },
    in: inInput,
    quiet: { type: "what has none is a message", status: ofItsServer },
  },
  {
    of: "ResponseOutputMessage",
    what: "an answer before",
    holds: {
      role: "assistant",
      content: [{ type: "output_text", text: "a", annotations: [] }],
      id: "msg_1",
      status: "completed",
      type: "message",
      phase: "commentary",
    },
    others: { content: [{ type: "output_text", text: "b" }] },
    in: inInput,
    quiet: { type: "what has none is a message", status: ofItsServer, id: ofItsServer },
  },
  {
    of: "ResponseInputText",
    what: "a text",
    holds: { type: "input_text", text: "a", ...breakpoint },
    in: inUser,
  },
  {
    of: "ResponseInputImage",
    what: "a picture",
    holds: image,
    alone: { file_id: "f" },
    others: other,
    in: (held) => inUser(typedAs("input_image", fileElsewhere, held)),
  },
  {
    of: "ResponseInputFile",
    what: "a file",
    holds: file,
    alone: fileElsewhere,
    in: (held) => inUser(typedAs("input_file", fileElsewhere, held)),
  },
  {
    of: "ResponseOutputText",
    what: "a text of an answer before",
    holds: {
      type: "output_text",
      text: "a",
      annotations: [
        {
          type: "url_citation",
          url: "https://i.example",
          title: "t",
          start_index: 0,
          end_index: 1,
        },
      ],
      logprobs: [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }],
    },
    in: inAssistant,
    quiet: { annotations: "what a server says of its own text", logprobs: "likewise" },
  },
  {
    of: "ResponseOutputRefusal",
    what: "a refusal",
    holds: { type: "refusal", refusal: "a" },
    in: inAssistant,
  },
  {
    of: "ResponseReasoningItem",
    what: "reasoning",
    holds: {
      type: "reasoning",
      id: "rs_1",
      encrypted_content: "e",
      status: "completed",
    },
    alone: texts,
    in: (held) => {
      const said = typedAs("reasoning", texts, held);
      return { input: [hi, ...none(said), { role: "assistant", content: "a" }, hi] };
    },
    quiet: { id: ofItsServer, status: ofItsServer },
  },
  {
    of: "ResponseFunctionToolCall",
    what: "a call",
    holds: {
      ...callOf,
      id: "fc_1",
      status: "completed",
      namespace: "n",
      async: true,
      ...direct,
    },
    others: { arguments: '{"a":2}', call_id: "d" },
    in: inCalls,
    quiet: {
      id: ofItsServer,
      status: ofItsServer,
      call_id: "call and result are named anew together",
    },
  },
  {
    of: "ResponseInputItem.FunctionCallOutput",
    what: "a call's result",
    holds: {
      ...resultOf,
      id: "fco_1",
      status: "completed",
      name: "f",
      namespace: "n",
      ...direct,
    },
    in: answered,
    quiet: { id: ofItsServer, status: ofItsServer, name: "the call before says it" },
  },
  {
    of: "ResponseInputTextContent",
    what: "a text in a result",
    holds: { type: "input_text", text: "a", ...breakpoint },
    in: inOutput,
  },
  {
    of: "ResponseInputImageContent",
    what: "a picture in a result",
    holds: image,
    alone: { file_id: "f" },
    others: other,
    in: (held) => inOutput(typedAs("input_image", fileElsewhere, held)),
  },
  {
    of: "ResponseInputFileContent",
    what: "a file in a result",
    holds: file,
    alone: fileElsewhere,
    in: (held) => inOutput(typedAs("input_file", fileElsewhere, held)),
  },
  {
    of: "ResponseCustomToolCall",
    what: "a custom tool's call",
    holds: {
      type: "custom_tool_call",
      call_id: "c",
      name: "f",
      input: "a",
      id: "ctc_1",
      namespace: "n",
      async: true,
      ...direct,
    },
    others: { call_id: "d" },
    in: inCalls,
    quiet: { id: ofItsServer, call_id: "call and result are named anew together" },
  },
  {
    of: "ResponseCustomToolCallOutput",
    what: "a custom tool's result",
    holds: { type: "custom_tool_call_output", call_id: "c", output: "r", id: "o", ...direct },
    in: answering({ type: "custom_tool_call", call_id: "c", name: "f", input: "a" }),
    quiet: { id: ofItsServer },
  },
  {
    of: "ResponseInputItem.ToolSearchCall",
    what: "a search for tools",
    holds: { ...search, id: "ts_1", status: "completed" },
    others: { arguments: { query: "p" }, call_id: "d" },
    in: (call) => ({
      input: [
        hi,
        ...none(call),
        { type: "tool_search_output", call_id: call?.["call_id"] ?? "c", tools: [] },
      ],
      tools: [tool("tool_search")],
    }),
    quiet: {
      id: ofItsServer,
      status: ofItsServer,
      execution: "the search is over",
      call_id: "call and result are named anew together",
    },
  },
  {
    of: "ResponseToolSearchOutputItemParam",
    what: "tools that were found",
    holds: {
      type: "tool_search_output",
      call_id: "c",
      tools: [tool("found")],
      execution: "client",
      id: "tso_1",
      status: "completed",
    },
    in: (result) => ({ input: [hi, search, ...none(result)], tools: [tool("tool_search")] }),
    quiet: { id: ofItsServer, status: ofItsServer, execution: "the search is over" },
  },
  {
    of: "ResponseInputItem.AdditionalTools",
    what: "tools in the input",
    holds: { type: "additional_tools", role: "developer", tools: [tool("f")], id: "at_1" },
    in: inInput,
    quiet: { role: "tools are the developer's", id: ofItsServer },
  },
  {
    of: "ResponseCompactionItemParam",
    what: "a conversation made shorter",
    holds: { type: "compaction", encrypted_content: "e", id: "cmp_1" },
    in: inInput,
  },
  {
    of: "ResponseInputItem.ItemReference",
    what: "an item by its id",
    holds: { type: "item_reference", id: "msg_1" },
    own: { id: "the item is looked up" },
    in: inInput,
  },
  {
    of: "FunctionTool",
    what: "a tool",
    holds: { ...tool("f"), strict: true, description: "d", ...kept },
    in: inTools,
    quiet: { type: "what has none is a function", defer_loading: whole },
  },
  {
    of: "CustomTool",
    what: "a custom tool",
    holds: {
      type: "custom",
      name: "f",
      description: "d",
      format: { type: "grammar", syntax: "lark", definition: "start: A" },
      ...keptOfCustom,
    },
    in: inTools,
    quiet: { defer_loading: whole },
  },
  {
    of: "CustomToolInputFormat.Grammar",
    what: "a custom tool's grammar",
    holds: { type: "grammar", syntax: "lark", definition: "start: A" },
    in: (format) => inTools({ type: "custom", name: "f", ...(format === null ? {} : { format }) }),
    quiet: { type: "the definition says it" },
  },
  {
    of: "NamespaceTool",
    what: "tools of a namespace",
    holds: { type: "namespace", name: "n", description: "d", tools: [tool("f")] },
    in: inTools,
  },
  {
    of: "NamespaceTool.Function",
    what: "a tool of a namespace",
    holds: { ...tool("f"), strict: true, description: "d", ...kept },
    in: inNamespace,
    quiet: { type: "what has none is a function", defer_loading: whole },
  },
  {
    of: "ToolChoiceAllowed",
    what: "tools that are allowed",
    holds: { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "f" }] },
    in: inChoice,
  },
  {
    of: "ToolChoiceFunction",
    what: "a tool that must be called",
    holds: { type: "function", name: "f" },
    in: inChoice,
    quiet: { type: "the name says it" },
  },
  {
    of: "ToolChoiceCustom",
    what: "a custom tool that must be called",
    holds: { type: "custom", name: "f" },
    in: inChoice,
    quiet: { type: "the name says it" },
  },
  {
    of: "Reasoning",
    what: "how much is thought",
    holds: { effort: "high", context: "all_turns", mode: "pro" },
    alone: { summary: "auto", generate_summary: "auto" },
    in: inSetting("reasoning"),
    quiet: { summary: "the answer heeds it", generate_summary: "likewise" },
  },
  {
    of: "ResponseTextConfig",
    what: "the answer's text",
    holds: { format: { type: "json_object" }, verbosity: "low" },
    in: inSetting("text"),
  },
  {
    of: "ResponseFormatTextJSONSchemaConfig",
    what: "an answer of a schema",
    holds: { type: "json_schema", name: "n", description: "d", schema, strict: false },
    in: inFormat,
    quiet: { name: "a label", strict: "the schema is kept to" },
  },
  {
    of: "ResponseFormatJSONObject",
    what: "an answer of any JSON",
    holds: { type: "json_object" },
    in: inFormat,
  },
  {
    of: "ResponseFormatText",
    what: "an answer of text",
    holds: { type: "text" },
    in: inFormat,
    quiet: { type: "answers are texts" },
  },
  {
    of: "ResponseCreateParams.StreamOptions",
    what: "stream_options",
    holds: { include_obfuscation: true },
    in: inSetting("stream_options", { stream: true }),
  },
];

const callers = [
  "ResponseFunctionToolCall",
  "ResponseInputItem.FunctionCallOutput",
  "ResponseCustomToolCall",
  "ResponseCustomToolCallOutput",
].flatMap((call) => [`${call}.Direct`, `${call}.Program`]);
const breakpoints = ["ResponseInputText", "ResponseInputImage", "ResponseInputFile"].flatMap(
  (part) => [`${part}.PromptCacheBreakpoint`, `${part}Content.PromptCacheBreakpoint`],
);
/** Of tools that servers run, which are named by their type wherever they are declared. */
const foundTools = ["Mcp", "CodeInterpreter", "ProgrammaticToolCalling", "ImageGeneration"].map(
  (name) => `ResponseToolSearchOutputItemParam.${name}`,
);

/** What stands in a request as one value, and is named as one. */
export const responsesNamedWhole: ReadonlySet<string> = new Set([
  ...callers,
  ...breakpoints,
  ...foundTools,
  "ResponseToolSearchOutputItemParam.LocalShell",
  "ResponseCreateParams.AccessPrograms",
  "ResponseCreateParams.BackgroundOptions",
  "ResponseCreateParams.ContextManagement",
  "ResponseConversationParam",
  "ResponseCreateParams.Image",
  "ResponseCreateParams.Moderation",
  "ResponseCreateParams.PromptCacheOptions",
  "ResponsePrompt",
  "ToolChoiceMcp",
  "ToolChoiceTypes",
  "ToolChoiceApplyPatch",
  "ToolChoiceShell",
  "ResponseCreateParams.SpecificProgrammaticToolCallingParam",
]);

/** What other samples hold as a part of theirs. */
export const responsesHeldByOthers: ReadonlySet<string> = new Set([
  "ResponseOutputText.FileCitation",
  "ResponseOutputText.URLCitation",
  "ResponseOutputText.ContainerFileCitation",
  "ResponseOutputText.FilePath",
  "ResponseOutputText.Logprob",
  "ResponseOutputText.Logprob.TopLogprob",
  "ResponseReasoningItem.Summary",
  "ResponseReasoningItem.Content",
  "CustomToolInputFormat.Text",
  "ToolSearchOutputNamespaceTool",
  "ToolSearchOutputNamespaceTool.Function",
]);

/** An item of the input of a type by which it is named. */
export function withItem(type: string): JsonRecord {
  return inInput({ type, id: "i", call_id: "c", status: "completed" });
}

/** A tool of a type by which it is named. */
export function withResponsesTool(type: string): JsonRecord {
  return inTools({ type });
}
