// OpenAI's responses, whole and streamed.
import { CREATED, type Answerer, type Ask } from "./ask.ts";
import { asFields, asList, asNumber, asText, type Fields } from "./fields.ts";
import {
  contentText,
  idOf,
  promptMessages,
  readTools,
  say,
  type Prompt,
  type Said,
} from "./prompt.ts";
import { jsonReply, sseEvent, type ReplyPiece } from "./reply.ts";

function readPrompt(ask: Ask): Prompt {
  const { fields } = ask;
  const input = fields["input"];
  const items = typeof input === "string" ? [{ role: "user", content: input }] : asList(input);
  const last = asFields(items.at(-1));
  const format = asFields(asFields(fields["text"])["format"]);
  const read = promptMessages(items);
  return {
    ...read,
    model: asText(fields["model"]),
    allText: `${contentText(fields["instructions"])} ${read.allText}`.trim(),
    toolResult: last["type"] === "function_call_output" ? contentText(last["output"]) : undefined,
    tools: fields["tool_choice"] === "none" ? [] : readTools(fields["tools"]),
    json:
      format["type"] === "json_schema"
        ? (format["schema"] ?? true)
        : format["type"] === "json_object" || undefined,
    thinking: "reasoning" in fields ? "apart" : "inline",
    maxTokens: asNumber(fields["max_output_tokens"]),
    content: ask.content,
  };
}

type Output = { readonly item: Fields; readonly deltas: readonly string[] };

function thought(said: Said, id: string, isSealed: boolean): readonly Output[] {
  if (said.reasoning.length === 0) return [];
  const summary = [{ type: "summary_text", text: said.reasoning.join("") }];
  const sealed = isSealed ? { encrypted_content: `sealed_${id}` } : {};
  const item = { id: `rs_${id}`, type: "reasoning", summary, ...sealed };
  return [{ item, deltas: said.reasoning }];
}

function spoken(said: Said, id: string): readonly Output[] {
  if (said.toolCalls.length === 0) {
    const content = [
      { type: "output_text", text: said.tokens.join(""), annotations: [], logprobs: [] },
    ];
    const item = {
      id: `msg_${id}`,
      type: "message",
      status: "completed",
      role: "assistant",
      content,
    };
    return [{ item, deltas: said.tokens }];
  }
  return said.toolCalls.map((call) => {
    const json = JSON.stringify(call.arguments);
    return {
      item: {
        id: `fc_${call.id}`,
        type: "function_call",
        status: "completed",
        call_id: call.id,
        name: call.name,
        arguments: json,
      },
      deltas: json.match(/.{1,8}/gsu) ?? [],
    };
  });
}

type Event = { readonly type: string; readonly part: ReplyPiece["part"]; readonly value: object };

function thoughtEvents({ item, deltas }: Output, output_index: number): readonly Event[] {
  const at = { item_id: item["id"], output_index, summary_index: 0 };
  const [part] = asList(item["summary"]);
  const text = deltas.join("");
  return [
    {
      type: "response.output_item.added",
      part: "opening",
      value: { output_index, item: { ...item, summary: [] } },
    },
    {
      type: "response.reasoning_summary_part.added",
      part: "opening",
      value: { ...at, part: { ...asFields(part), text: "" } },
    },
    ...deltas.map((delta): Event => ({
      type: "response.reasoning_summary_text.delta",
      part: "content",
      value: { ...at, delta },
    })),
    {
      type: "response.reasoning_summary_text.done",
      part: "content",
      value: { ...at, text },
    },
    {
      type: "response.reasoning_summary_part.done",
      part: "content",
      value: { ...at, part },
    },
    { type: "response.output_item.done", part: "content", value: { output_index, item } },
  ];
}

const writers: Readonly<Record<string, typeof textEvents>> = {
  reasoning: thoughtEvents,
  message: textEvents,
  function_call: callEvents,
};

function textEvents({ item, deltas }: Output, output_index: number): readonly Event[] {
  const at = { item_id: item["id"], output_index, content_index: 0 };
  const [part] = asList(item["content"]);
  const text = deltas.join("");
  return [
    {
      type: "response.output_item.added",
      part: "opening",
      value: { output_index, item: { ...item, status: "in_progress", content: [] } },
    },
    {
      type: "response.content_part.added",
      part: "opening",
      value: { ...at, part: { ...asFields(part), text: "" } },
    },
    ...deltas.map((delta): Event => ({
      type: "response.output_text.delta",
      part: "content",
      value: { ...at, delta, logprobs: [] },
    })),
    { type: "response.output_text.done", part: "end", value: { ...at, text, logprobs: [] } },
    { type: "response.content_part.done", part: "end", value: { ...at, part } },
    { type: "response.output_item.done", part: "end", value: { output_index, item } },
  ];
}

function callEvents({ item, deltas }: Output, output_index: number): readonly Event[] {
  const at = { item_id: item["id"], output_index };
  const json = item["arguments"];
  return [
    {
      type: "response.output_item.added",
      part: "opening",
      value: { output_index, item: { ...item, status: "in_progress", arguments: "" } },
    },
    ...deltas.map((delta): Event => ({
      type: "response.function_call_arguments.delta",
      part: "content",
      value: { ...at, delta },
    })),
    {
      type: "response.function_call_arguments.done",
      part: "end",
      value: { ...at, name: item["name"], arguments: json },
    },
    { type: "response.output_item.done", part: "end", value: { output_index, item } },
  ];
}

/** What OpenAI's responses say besides, whether it was asked for or not. */
const everyField = {
  background: false,
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: "default",
  store: false,
  temperature: 1,
  text: { format: { type: "text" }, verbosity: "medium" },
  tool_choice: "auto",
  top_logprobs: 0,
  top_p: 1,
  truncation: "disabled",
  user: null,
};

/** Answers `POST /v1/responses`. */
export const answerResponse: Answerer = (ask, server) => {
  const prompt = readPrompt(ask);
  const said = say(server.name, prompt);
  const id = idOf(prompt.model + prompt.allText);
  const isSealed = asList(ask.fields["include"]).includes("reasoning.encrypted_content");
  const made = [...thought(said, id, isSealed), ...spoken(said, id)];
  const cut = said.finish === "length";
  const whole = {
    ...everyField,
    id: `resp_${id}`,
    object: "response",
    created_at: CREATED,
    completed_at: cut ? null : CREATED,
    status: cut ? "incomplete" : "completed",
    error: null,
    incomplete_details: cut ? { reason: "max_output_tokens" } : null,
    model: prompt.model,
    output: made.map((output) => output.item),
    tools: asList(ask.fields["tools"]),
    usage: {
      input_tokens: said.promptTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: said.completionTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: said.promptTokens + said.completionTokens,
    },
  };
  if (!(ask.stream ?? ask.fields["stream"] === true)) return jsonReply(whole);
  const begun = {
    ...whole,
    status: "in_progress",
    completed_at: null,
    incomplete_details: null,
    output: [],
    usage: null,
  };
  const events: Event[] = [
    { type: "response.created", part: "opening", value: { response: begun } },
    { type: "response.in_progress", part: "opening", value: { response: begun } },
    ...made.flatMap((output, index) => writers[asText(output.item["type"])]?.(output, index) ?? []),
    {
      type: cut ? "response.incomplete" : "response.completed",
      part: "end",
      value: { response: whole },
    },
  ];
  return {
    kind: "stream",
    format: "responses",
    pieces: events.map(({ type, part, value }, sequence_number) => ({
      part,
      bytes: sseEvent({ type, sequence_number, ...value }, type),
    })),
  };
};
