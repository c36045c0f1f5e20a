// Settings of a neutral request as fields of the /v1 API.
import { ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import type {
  AnswerFormat,
  GenerationSettings,
  RequestTool,
  RequestTools,
  SamplingName,
  ThinkingEffort,
  ThinkingWish,
  ValueField,
} from "../neutral/request.ts";
import type { RequestBody } from "./request-body.ts";

/** @param chat whether the request goes to /v1/chat/completions */
export function writeFormat(
  field: ValueField<AnswerFormat> | null,
  chat: boolean,
  body: RequestBody,
): void {
  if (field === null) return;
  const { value } = field;
  const schema = value.kind === "schema" ? value.schema : null;
  const wanted =
    schema === null
      ? { type: "json_object" }
      : {
          type: "json_schema",
          // Strict schemas must close every object and require every property (OpenAI's guide to
          // structured outputs); those of Ollama's clients seldom do.
          json_schema: { name: "response", strict: false, schema },
        };
  if (chat) {
    body.set("response_format", wanted, field);
    return;
  }
  // OpenAI's completions have no such field. vLLM takes it there too, llama.cpp the bare schema.
  body.setExtra("response_format", wanted, field);
  body.setExtra("json_schema", schema ?? {}, field);
}

export function writeTools(tools: RequestTools | null, body: RequestBody): void {
  if (tools === null) return;
  const { list, asChat } = tools;
  body.set(
    "tools",
    asChat ?? list.map((tool) => ({ type: "function", function: writeTool(tool) })),
    tools,
  );
}

function writeTool({ name, description, parameters, strict }: RequestTool): WrittenObject {
  return {
    name,
    description: description ?? undefined,
    parameters: parameters ?? undefined,
    strict: strict ?? undefined,
  };
}

export function writeToolChoice(
  { toolChoice, parallelCalls, user }: GenerationSettings,
  body: RequestBody,
): void {
  if (toolChoice !== null) {
    const { value } = toolChoice;
    const wanted =
      value.kind === "tool" ? { type: "function", function: { name: value.name } } : value.kind;
    body.set("tool_choice", wanted, toolChoice);
  }
  if (parallelCalls !== null) body.set("parallel_tool_calls", parallelCalls.value, parallelCalls);
  if (user !== null) body.set("user", user.value, user);
}

/** What servers take that know no more than three; `max` is Ollama's own, and `high` for its models of three. */
const efforts: Record<ThinkingEffort, string> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};

/** Of a chat; a completion has no template that could think. */
export function writeThinking(field: ValueField<ThinkingWish> | null, body: RequestBody): void {
  if (field === null) return;
  const { on } = field.value;
  const effort = field.value.effort === null ? null : efforts[field.value.effort];
  if (effort !== null) body.set("reasoning_effort", effort, field);
  // The two names that templates go by (Qwen and GLM; DeepSeek and Granite); llama.cpp, vLLM and
  // SGLang hand them on, and llama.cpp reads gpt-oss's effort only from here.
  const switches = { enable_thinking: on, thinking: on };
  body.setExtra(
    "chat_template_kwargs",
    effort === null ? switches : { ...switches, reasoning_effort: effort },
    field,
  );
}

/** OpenAI refuses the number without the wish. @param chat as above */
export function writeLogprobs(
  { logprobs, topLogprobs }: GenerationSettings,
  chat: boolean,
  body: RequestBody,
): void {
  if (logprobs === null) return;
  if (chat) {
    body.set("logprobs", true, logprobs);
    if (topLogprobs !== null) body.set("top_logprobs", topLogprobs.value, topLogprobs);
    return;
  }
  body.set("logprobs", ownNumber(0), logprobs);
  if (topLogprobs !== null) body.set("logprobs", topLogprobs.value, topLogprobs);
}

/** Usage is asked for, since other protocols always report it. */
export function writeStream({ stream }: GenerationSettings, body: RequestBody): void {
  body.set("stream", stream);
  if (stream) body.set("stream_options", { include_usage: true });
}

interface SamplingPlace {
  readonly names: readonly string[];
  /** Only servers with `extras` know it. */
  readonly extra: boolean;
}

const places: Record<SamplingName, SamplingPlace> = {
  max_tokens: { names: ["max_tokens"], extra: false },
  temperature: { names: ["temperature"], extra: false },
  top_p: { names: ["top_p"], extra: false },
  top_k: { names: ["top_k"], extra: true },
  min_p: { names: ["min_p"], extra: true },
  seed: { names: ["seed"], extra: false },
  stop: { names: ["stop"], extra: false },
  presence_penalty: { names: ["presence_penalty"], extra: false },
  frequency_penalty: { names: ["frequency_penalty"], extra: false },
  // The former is llama.cpp's and LM Studio's name, the latter vLLM's and SGLang's.
  repeat_penalty: { names: ["repeat_penalty", "repetition_penalty"], extra: true },
};

export function writeSampling({ sampling }: GenerationSettings, body: RequestBody): void {
  for (const setting of sampling) {
    const { names, extra } = places[setting.name];
    for (const name of names)
      if (extra) body.setExtra(name, setting.value, setting);
      else body.set(name, setting.value, setting);
  }
}
