// What Open Responses (openresponses.org, version 2026-04-24) asks of a response and of the events of its stream, and,
// where it has no word for a thing, what OpenAI's API does. Written from its facts, which fields there are, which are
// required and of what types; none of its text is here.
import { type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { isRecord } from "../../src/domain/bytes/json.ts";

const text = Type.String();
const integer = Type.Integer();
const number = Type.Number();
const flag = Type.Boolean();
const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);
const oneOf = (...words: readonly string[]) => Type.Union(words.map((word) => Type.Literal(word)));
/** An object of a type. */
const typed = (type: string, members: TProperties) =>
  Type.Object({ type: Type.Literal(type), ...members });

const citation = typed("url_citation", {
  url: text,
  start_index: integer,
  end_index: integer,
  title: text,
});
const topToken = Type.Object({ token: text, logprob: number, bytes: Type.Array(integer) });
const logprobs = Type.Array(
  Type.Composite([topToken, Type.Object({ top_logprobs: Type.Array(topToken) })]),
);

const parts: Readonly<Record<string, TSchema>> = {
  output_text: typed("output_text", {
    text,
    annotations: Type.Array(citation),
    logprobs: Type.Optional(logprobs),
  }),
  refusal: typed("refusal", { refusal: text }),
  summary_text: typed("summary_text", { text }),
  reasoning_text: typed("reasoning_text", { text }),
};

const status = oneOf("in_progress", "completed", "incomplete");
const calling = { id: text, call_id: text, name: text, status };

const items: Readonly<Record<string, TSchema>> = {
  message: typed("message", {
    id: text,
    status,
    role: Type.Literal("assistant"),
    content: Type.Array(Type.Object({ type: oneOf("output_text", "refusal") })),
    phase: Type.Optional(oneOf("commentary", "final_answer")),
  }),
  reasoning: typed("reasoning", {
    id: text,
    summary: Type.Array(Type.Object({ type: Type.Literal("summary_text") })),
    content: Type.Optional(Type.Array(Type.Object({ type: Type.Literal("reasoning_text") }))),
    encrypted_content: Type.Optional(text),
  }),
  function_call: typed("function_call", { ...calling, arguments: text }),
  // OpenAI's; Open Responses knows functions only.
  custom_tool_call: typed("custom_tool_call", { ...calling, input: text }),
};

const functionTool = typed("function", {
  name: text,
  description: orNull(text),
  parameters: orNull(Type.Record(text, Type.Unknown())),
  strict: orNull(flag),
});
const functionChoice = typed("function", { name: Type.Optional(text) });
const choiceWord = oneOf("none", "auto", "required");
const schemaFormat = typed("json_schema", {
  name: text,
  description: orNull(text),
  // Open Responses has nothing but null here; OpenAI says the schema again, and so do its SDKs' types.
  schema: orNull(Type.Record(text, Type.Unknown())),
  strict: flag,
});
const format = Type.Union([typed("text", {}), typed("json_object", {}), schemaFormat]);

const response = Type.Object({
  id: text,
  object: Type.Literal("response"),
  created_at: integer,
  completed_at: orNull(integer),
  status: oneOf("queued", "in_progress", "completed", "incomplete", "failed", "cancelled"),
  incomplete_details: orNull(Type.Object({ reason: text })),
  model: text,
  previous_response_id: orNull(text),
  instructions: orNull(text),
  output: Type.Array(Type.Unknown()),
  error: orNull(Type.Object({ code: text, message: text })),
  tools: Type.Array(Type.Object({ type: text })),
  tool_choice: Type.Union([
    choiceWord,
    functionChoice,
    typed("allowed_tools", { tools: Type.Array(Type.Object({ type: text })), mode: choiceWord }),
    // OpenAI's.
    typed("custom", { name: text }),
  ]),
  truncation: oneOf("auto", "disabled"),
  parallel_tool_calls: flag,
  text: Type.Object({ format, verbosity: Type.Optional(oneOf("low", "medium", "high")) }),
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  top_logprobs: integer,
  temperature: number,
  reasoning: orNull(
    Type.Object({
      // `minimal` and `max` are OpenAI's.
      effort: orNull(oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max")),
      summary: orNull(oneOf("concise", "detailed", "auto")),
    }),
  ),
  usage: orNull(
    Type.Object({
      input_tokens: integer,
      output_tokens: integer,
      total_tokens: integer,
      input_tokens_details: Type.Object({ cached_tokens: integer }),
      output_tokens_details: Type.Object({ reasoning_tokens: integer }),
    }),
  ),
  max_output_tokens: orNull(integer),
  max_tool_calls: orNull(integer),
  store: flag,
  background: flag,
  service_tier: text,
  metadata: Type.Unknown(),
  safety_identifier: orNull(text),
  prompt_cache_key: orNull(text),
});

const inOutput = { output_index: integer };
const inItem = { item_id: text, ...inOutput };
const inContent = { ...inItem, content_index: integer };
const inSummary = { ...inItem, summary_index: integer };
const snapshot = { response: Type.Unknown() };
const part = { part: Type.Object({ type: text }) };
const padded = { delta: text, obfuscation: Type.Optional(text) };

const events: Readonly<Record<string, TProperties>> = {
  "response.created": snapshot,
  "response.queued": snapshot,
  "response.in_progress": snapshot,
  "response.completed": snapshot,
  "response.failed": snapshot,
  "response.incomplete": snapshot,
  "response.output_item.added": { ...inOutput, item: Type.Object({ type: text }) },
  "response.output_item.done": { ...inOutput, item: Type.Object({ type: text }) },
  "response.content_part.added": { ...inContent, ...part },
  "response.content_part.done": { ...inContent, ...part },
  "response.output_text.delta": { ...inContent, ...padded, logprobs: Type.Optional(logprobs) },
  "response.output_text.done": { ...inContent, text, logprobs: Type.Optional(logprobs) },
  "response.output_text.annotation.added": {
    ...inContent,
    annotation_index: integer,
    annotation: orNull(citation),
  },
  "response.refusal.delta": { ...inContent, delta: text },
  "response.refusal.done": { ...inContent, refusal: text },
  "response.reasoning_summary_part.added": { ...inSummary, ...part },
  "response.reasoning_summary_part.done": { ...inSummary, ...part },
  "response.reasoning_summary_text.delta": { ...inSummary, ...padded },
  "response.reasoning_summary_text.done": { ...inSummary, text },
  // By OpenAI's name: Open Responses leaves out `_text`, which no client reads.
  "response.reasoning_text.delta": { ...inContent, ...padded },
  "response.reasoning_text.done": { ...inContent, text },
  "response.function_call_arguments.delta": { ...inItem, ...padded },
  "response.function_call_arguments.done": { ...inItem, arguments: text },
  // OpenAI's.
  "response.custom_tool_call_input.delta": { ...inItem, ...padded },
  "response.custom_tool_call_input.done": { ...inItem, input: text },
  // OpenAI's, of which no document speaks.
  keepalive: {},
  error: {
    error: Type.Object({ type: text, code: orNull(text), message: text, param: orNull(text) }),
  },
};

/** What is wrong with a response, whole or so far. */
export function responseFaults(value: unknown): readonly string[] {
  const faults = faultsOf("response", response, value);
  if (faults.length > 0 || !isRecord(value)) return faults;
  return [
    ...membersOf(value, "output").flatMap(itemFaults),
    ...membersOf(value, "tools").flatMap((tool) =>
      tool["type"] === "function" ? faultsOf("a tool", functionTool, tool) : [],
    ),
  ];
}

/** What is wrong with one event of a stream. */
export function eventFaults(event: unknown): readonly string[] {
  const type = isRecord(event) ? String(event["type"]) : "";
  const members = events[type];
  if (!isRecord(event) || members === undefined) return [`no event: ${type}`];
  const numbered = typed(type, { sequence_number: integer, ...members });
  return [
    ...faultsOf(type, numbered, event),
    ...("response" in members ? responseFaults(event["response"]) : []),
    ...(isRecord(event["item"]) ? itemFaults(event["item"]) : []),
    ...(isRecord(event["part"]) ? partFaults(event["part"]) : []),
  ];
}

type Typed = Readonly<Record<string, unknown>>;

function itemFaults(item: Typed): readonly string[] {
  const type = String(item["type"]);
  const schema = items[type];
  if (schema === undefined) return [`no item: ${JSON.stringify(item)}`];
  const inParts = ["content", "summary"].flatMap((key) => membersOf(item, key).flatMap(partFaults));
  return [...faultsOf(type, schema, item), ...inParts];
}

function partFaults(one: Typed): readonly string[] {
  const type = String(one["type"]);
  const schema = parts[type];
  return schema === undefined ? [`no part: ${type}`] : faultsOf(type, schema, one);
}

function membersOf(value: Typed, key: string): readonly Typed[] {
  const list = value[key];
  return Array.isArray(list) ? (list as readonly unknown[]).filter(isRecord) : [];
}

const compiled = new Map<string, TypeCheck<TSchema>>();

function faultsOf(what: string, schema: TSchema, value: unknown): readonly string[] {
  const check = compiled.get(what) ?? TypeCompiler.Compile(schema);
  compiled.set(what, check);
  return check.Check(value)
    ? []
    : [...check.Errors(value)].map(
        (error) =>
          `${what}${error.path}: ${error.message}, not ${JSON.stringify(error.value)?.slice(0, 80)}`,
      );
}
