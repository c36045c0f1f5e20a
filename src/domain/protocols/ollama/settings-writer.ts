// Settings of a neutral request as fields of Ollama's chats.
import type { Written, WrittenObject } from "../../bytes/json-written.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type {
  AnswerFormat,
  ConversationRequest,
  GenerationSettings,
  RequestTool,
  RequestTools,
  SamplingName,
  SamplingSetting,
  ThinkingEffort,
  ThinkingWish,
  ValueField,
} from "../neutral/request.ts";

import type { ServerTraits } from "../server-traits.ts";
import { takenSchema } from "../taken-schema.ts";

/** The fields of settings, tools included. */
export function writeSettings(
  { settings, tools, fields }: ConversationRequest,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const { format, thinking, sampling } = settings;
  if (format !== null) placed.place(format);
  // A model that cannot think takes a wish that it should not.
  const thinks = !traits.refuses.has("think");
  if (thinking !== null && (thinks || !thinking.value.on)) {
    placed.place(thinking);
    // Without thinking there is nothing to be done with more or less effort.
    const effort = fields.find(({ follows }) => follows === thinking);
    if (!thinking.value.on && effort !== undefined) placed.drop(effort.path);
  }
  return {
    stream: settings.stream,
    tools: offeredTools(tools, settings, traits, placed),
    format: format === null ? undefined : writeFormat(format, traits, placed),
    think: thinking === null || !thinks ? undefined : writeThink(thinking.value, traits),
    options: sampling.length === 0 ? undefined : writeOptions(sampling, placed),
    ...writeLogprobs(settings, placed),
  };
}

/** Which of them is called is the model's to decide; it is kept from all where none is offered. */
function offeredTools(
  tools: RequestTools | null,
  { toolChoice, parallelCalls }: GenerationSettings,
  traits: ServerTraits,
  placed: PlacedFields,
): Written | undefined {
  const choice = toolChoice?.value.kind;
  if (toolChoice !== null && (choice === "auto" || choice === "none")) placed.place(toolChoice);
  // A model calls as many as it likes.
  if (parallelCalls?.value === true) placed.place(parallelCalls);
  if (tools === null) return undefined;
  placed.place(tools);
  if (choice === "none") return undefined;
  if (tools.list.some(({ strict }) => strict === true)) placed.drop(`${tools.path}.strict`);
  const asChat = traits.refuses.has("schema") ? null : tools.asChat;
  return asChat ?? tools.list.map((tool) => writeTool(tool, traits, placed));
}

function writeTool(
  { path, name, description, parameters }: RequestTool,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const schema = parameters === null ? undefined : takenSchema(parameters, path, traits, placed);
  const described = description ?? undefined;
  return { type: "function", function: { name, description: described, parameters: schema } };
}

function writeFormat(
  { path, value }: ValueField<AnswerFormat>,
  traits: ServerTraits,
  placed: PlacedFields,
): Written {
  return value.kind === "object" ? "json" : takenSchema(value.schema, path, traits, placed);
}

/** Ollama knows four. */
const efforts: Record<ThinkingEffort, string> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "max",
};

function writeThink({ on, effort }: ThinkingWish, { refuses }: ServerTraits): Written {
  if (!on || effort === null) return on;
  return refuses.has(`think: ${efforts[effort]}`) ? "high" : efforts[effort];
}

const options: Record<SamplingName, string> = {
  max_tokens: "num_predict",
  temperature: "temperature",
  top_p: "top_p",
  top_k: "top_k",
  min_p: "min_p",
  seed: "seed",
  stop: "stop",
  presence_penalty: "presence_penalty",
  frequency_penalty: "frequency_penalty",
  repeat_penalty: "repeat_penalty",
};

function writeOptions(sampling: readonly SamplingSetting[], placed: PlacedFields): WrittenObject {
  const written: Record<string, Written> = {};
  for (const setting of sampling) {
    written[options[setting.name]] = setting.value;
    placed.place(setting);
  }
  return written;
}

function writeLogprobs(
  { logprobs, topLogprobs }: GenerationSettings,
  placed: PlacedFields,
): WrittenObject {
  if (logprobs === null) return {};
  placed.place(logprobs);
  if (topLogprobs !== null) placed.place(topLogprobs);
  return { logprobs: true, top_logprobs: topLogprobs?.value };
}
