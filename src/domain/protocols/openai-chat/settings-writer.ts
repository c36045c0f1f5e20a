// Settings of a neutral request as fields of the /v1 API.
import { ownNumber, type WrittenObject } from "../../bytes/json-written.ts";
import type {
  AnswerFormat,
  GenerationSettings,
  RequestField,
  RequestTool,
  RequestTools,
  SamplingName,
  ThinkingWish,
  ValueField,
} from "../neutral/request.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import { takenEffort } from "../taken-effort.ts";
import { takenSchema } from "../taken-schema.ts";
import type { ServerTraits } from "../server-traits.ts";
import type { RequestBody } from "./request-body.ts";

/** @param chat whether the request goes to /v1/chat/completions */
export function writeFormat(
  field: ValueField<AnswerFormat> | null,
  chat: boolean,
  traits: ServerTraits,
  body: RequestBody,
  placed: PlacedFields,
): void {
  if (field === null) return;
  const { value } = field;
  const schema =
    value.kind === "schema" ? takenSchema(value.schema, field.path, traits, placed) : null;
  const strict = value.kind === "schema" && value.strict === true;
  const wanted =
    schema === null
      ? { type: "json_object" }
      : {
          type: "json_schema",
          // Strict schemas must close every object and require every property (OpenAI's guide to
          // structured outputs); those of Ollama's clients seldom do.
          json_schema: { name: "response", strict, schema },
        };
  if (chat) {
    body.set("response_format", wanted, field);
    return;
  }
  // OpenAI's completions have no such field. vLLM takes it there too, llama.cpp the bare schema.
  body.setExtra("response_format", wanted, field);
  body.setExtra("json_schema", schema ?? {}, field);
}

export function writeTools(
  tools: RequestTools | null,
  traits: ServerTraits,
  names: ToolNames,
  body: RequestBody,
  placed: PlacedFields,
): void {
  if (tools === null) return;
  const { list, asChat } = tools;
  const written = list.map((tool) => {
    const { cache } = tool;
    const called = { type: "function", function: writeTool(tool, traits, names, placed) };
    if (!traits.cacheMarks || cache === undefined) return called;
    placed.place(cache);
    return { ...called, cache_control: cache.value };
  });
  const plain = traits.refuses.has("schema") || traits.refuses.has("strict");
  body.set("tools", plain ? written : (asChat ?? written), tools);
}

function writeTool(
  { path, name, description, parameters, strict }: RequestTool,
  traits: ServerTraits,
  names: ToolNames,
  placed: PlacedFields,
): WrittenObject {
  const loose = strict !== null && traits.refuses.has("strict");
  if (loose) placed.drop(`${path}.strict`);
  return {
    name: names.theirs(name),
    description: description ?? undefined,
    parameters: parameters === null ? undefined : takenSchema(parameters, path, traits, placed),
    strict: loose ? undefined : (strict ?? undefined),
  };
}

/** @param tools a choice among others than these is left out: OpenAI refuses it */
export function writeToolChoice(
  { toolChoice, parallelCalls }: GenerationSettings,
  tools: RequestTools | null,
  names: ToolNames,
  body: RequestBody,
): void {
  if (tools === null) return;
  if (toolChoice !== null) {
    const { value } = toolChoice;
    if (value.kind !== "tool") body.set("tool_choice", value.kind, toolChoice);
    else if (tools.list.some(({ name }) => name === value.name)) {
      const chosen = { type: "function", function: { name: names.theirs(value.name) } };
      body.set("tool_choice", chosen, toolChoice);
    }
  }
  if (parallelCalls !== null) body.set("parallel_tool_calls", parallelCalls.value, parallelCalls);
}

/** Characters of a user's name that OpenAI takes. */
const longestUser = 64;

/** Hosted services watch for abuse by it; servers that people run have no use for it. */
export function writeUser({ user }: GenerationSettings, body: RequestBody): void {
  if (user !== null && !body.extras && user.value.length <= longestUser)
    body.set("user", user.value, user);
}

/** Other servers know none of them, or make nothing of them. */
export function writeOpenAi(
  { openAi = [] }: GenerationSettings,
  traits: ServerTraits,
  body: RequestBody,
): void {
  if (!traits.openAi) return;
  for (const setting of openAi) body.set(setting.name, setting.value, setting);
}

/** Of a chat; a completion has no template that could think. */
export function writeThinking(
  field: ValueField<ThinkingWish> | null,
  traits: ServerTraits,
  body: RequestBody,
): void {
  if (field === null) return;
  const { on, effort: wanted } = field.value;
  const effort = wanted === null ? undefined : takenEffort(wanted, traits);
  if (effort !== undefined) body.set("reasoning_effort", effort, field);
  // The two names that templates go by (Qwen and GLM; DeepSeek and Granite); llama.cpp, vLLM and
  // SGLang hand them on, and llama.cpp reads gpt-oss's effort only from here.
  const switches = { enable_thinking: on, thinking: on };
  body.setExtra(
    "chat_template_kwargs",
    effort === undefined ? switches : { ...switches, reasoning_effort: effort },
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

export function writeSampling(
  { sampling }: GenerationSettings,
  { maxStops }: ServerTraits,
  body: RequestBody,
  placed: PlacedFields,
): void {
  for (const setting of sampling) {
    const { names, extra } = places[setting.name];
    const stops = setting.name === "stop" && Array.isArray(setting.value) ? setting.value : [];
    const cut = maxStops !== null && stops.length > maxStops;
    if (cut) placed.drop(setting.path);
    const value = cut ? stops.slice(0, maxStops) : setting.value;
    for (const name of names)
      if (extra) body.setExtra(name, value, setting);
      else body.set(name, value, setting);
  }
}

/** The answer goes on with the assistant's message that stands last. */
export function writePrefill(
  field: RequestField,
  { prefill }: ServerTraits,
  body: RequestBody,
  placed: PlacedFields,
): void {
  switch (prefill) {
    case "asked":
      // vLLM's and SGLang's words for it; llama.cpp does it anyway.
      body.setExtra("add_generation_prompt", false, field);
      body.setExtra("continue_final_message", true, field);
      break;
    case "marked":
    case "plain":
      placed.place(field);
      break;
    case "none":
      break;
  }
}
