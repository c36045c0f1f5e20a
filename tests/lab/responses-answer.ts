// Answers of a Responses server, whole and as the stream that says the same, for tests of translations.
import type { JsonRecord } from "../../src/domain/bytes/json.ts";

export interface ResponsesAnswer {
  /** Items without ids and states. */
  readonly output: readonly JsonRecord[];
  readonly usage?: JsonRecord;
  /** Why it is incomplete; absent: it is complete. */
  readonly incomplete?: string;
  /** What a stream has before the whole response: all of it in pieces, whole items, or nothing. */
  readonly sends?: "pieces" | "items" | "end";
}

const plainUsage: JsonRecord = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 15,
};

export function wholeResponseOf({ output, usage, incomplete }: ResponsesAnswer): JsonRecord {
  const status = incomplete === undefined ? "completed" : "incomplete";
  return {
    ...base,
    status,
    completed_at: status === "completed" ? 1_790_000_001 : null,
    incomplete_details: incomplete === undefined ? null : { reason: incomplete },
    output: output.map((item, index) =>
      withId(item, index, incomplete !== undefined && index === output.length - 1),
    ),
    usage: usage ?? plainUsage,
  };
}

const base: JsonRecord = {
  id: "resp_1",
  object: "response",
  created_at: 1_790_000_000,
  completed_at: null,
  status: "in_progress",
  background: false,
  error: null,
  incomplete_details: null,
  model: "gpt",
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  output: [],
  parallel_tool_calls: true,
  presence_penalty: 0,
  frequency_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: "default",
  store: false,
  temperature: 1,
  text: { format: { type: "text" }, verbosity: "medium" },
  tool_choice: "auto",
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: "disabled",
  usage: null,
  user: null,
};

const prefixes: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  custom_tool_call: "ctc",
};

function withId(item: JsonRecord, index: number, isCut = false): JsonRecord {
  const type = String(item["type"]);
  const id = `${prefixes[type] ?? "it"}_${index}`;
  const status = type === "reasoning" ? {} : { status: isCut ? "incomplete" : "completed" };
  const parts = (key: string) => (item[key] ?? []) as readonly JsonRecord[];
  if (type === "message") {
    const content = parts("content").map((part) =>
      part["type"] === "output_text" ? { annotations: [], logprobs: [], ...part } : part,
    );
    return { id, role: "assistant", ...item, content, ...status };
  }
  if (type === "reasoning") return { id, summary: [], ...item };
  return { id, ...item, ...status };
}

/** @param piece the longest a delta is, in UTF-16 units */
export function responseEvents(answer: ResponsesAnswer, piece = 5): readonly JsonRecord[] {
  const whole = wholeResponseOf(answer);
  const { sends = "pieces" } = answer;
  const output = sends === "end" ? [] : (whole["output"] as readonly JsonRecord[]);
  const events: JsonRecord[] = [
    { type: "response.created", response: base },
    { type: "response.in_progress", response: base },
    ...output.flatMap((item, index) =>
      sends === "items"
        ? [{ type: "response.output_item.done", output_index: index, item }]
        : itemEvents(item, index, piece),
    ),
    { type: `response.${String(whole["status"])}`, response: whole },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

/** As server-sent events. */
export function responseStream(events: readonly JsonRecord[]): string {
  return events
    .map((event) => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
}

function itemEvents(item: JsonRecord, index: number, piece: number): readonly JsonRecord[] {
  const place = { item_id: item["id"], output_index: index };
  const parts = (key: string) => (item[key] ?? []) as readonly JsonRecord[];
  const around = (begun: JsonRecord, events: readonly JsonRecord[]): readonly JsonRecord[] => [
    { type: "response.output_item.added", output_index: index, item: { ...item, ...begun } },
    ...events,
    { type: "response.output_item.done", output_index: index, item },
  ];
  const begun = item["status"] === undefined ? {} : { status: "in_progress" };
  const given = (type: string, key: string): readonly JsonRecord[] => [
    ...cut(String(item[key]), piece).map((delta) => ({ type: `${type}.delta`, ...place, delta })),
    { type: `${type}.done`, ...place, [key]: item[key], name: item["name"] },
  ];
  switch (item["type"]) {
    case "message":
      return around(
        { ...begun, content: [] },
        parts("content").flatMap((part, at) =>
          partEvents(part, { ...place, content_index: at }, piece),
        ),
      );
    case "reasoning":
      return around({ summary: [], ...(item["content"] === undefined ? {} : { content: [] }) }, [
        ...parts("summary").flatMap((part, at) =>
          partEvents(part, { ...place, summary_index: at }, piece),
        ),
        ...parts("content").flatMap((part, at) =>
          partEvents(part, { ...place, content_index: at }, piece),
        ),
      ]);
    case "function_call":
      return around(
        { ...begun, arguments: "" },
        given("response.function_call_arguments", "arguments"),
      );
    case "custom_tool_call":
      return around({ ...begun, input: "" }, given("response.custom_tool_call_input", "input"));
    default:
      return around(begun, []);
  }
}

const names: Readonly<Record<string, readonly [part: string, text: string]>> = {
  output_text: ["content_part", "output_text"],
  refusal: ["content_part", "refusal"],
  reasoning_text: ["content_part", "reasoning_text"],
  summary_text: ["reasoning_summary_part", "reasoning_summary_text"],
};

function partEvents(part: JsonRecord, place: JsonRecord, piece: number): readonly JsonRecord[] {
  const [around, name] = names[String(part["type"])]!;
  const key = name === "refusal" ? "refusal" : "text";
  const text = String(part[key]);
  const logprobs = name === "output_text" ? { logprobs: [] } : {};
  const empty = { ...part, [key]: "", ...(name === "output_text" ? { annotations: [] } : {}) };
  const annotations = (part["annotations"] ?? []) as readonly JsonRecord[];
  return [
    { type: `response.${around}.added`, ...place, part: empty },
    ...cut(text, piece).map((delta) => ({
      type: `response.${name}.delta`,
      ...place,
      ...logprobs,
      delta,
    })),
    ...annotations.map((annotation, annotation_index) => ({
      type: "response.output_text.annotation.added",
      ...place,
      annotation_index,
      annotation,
    })),
    { type: `response.${name}.done`, ...place, ...logprobs, [key]: text },
    { type: `response.${around}.done`, ...place, part },
  ];
}

function cut(whole: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(whole.length / length) }, (_, at) =>
    whole.slice(at * length, (at + 1) * length),
  );
}
