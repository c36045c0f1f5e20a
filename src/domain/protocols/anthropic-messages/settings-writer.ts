// Settings of a neutral request as fields of Anthropic's.
import { ownNumber, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import type { ClaudeTraits } from "./claude-traits.ts";
import { closedSchema } from "./closed-schema.ts";
import { numberOf, writeThinking } from "./thinking-writer.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { GenerationSettings, SamplingSetting } from "../neutral/request.ts";

/** Anthropic's longest name for a user. */
const maxUserId = 256;

/**
 * The fields of settings, tools aside.
 * @param limit tokens of an answer to whose request nobody set a limit
 * @param callsUnthought as the conversation's turns have it
 */
export function writeSettings(
  settings: GenerationSettings,
  traits: ClaudeTraits,
  limit: number,
  callsUnthought: boolean,
  placed: PlacedFields,
): WrittenObject {
  return {
    ...writeSampling(settings.sampling, traits, placed),
    ...writeThought(settings, traits, limit, callsUnthought, placed),
    ...writeUser(settings, placed),
    stream: settings.stream,
  };
}

function writeUser({ user }: GenerationSettings, placed: PlacedFields): WrittenObject {
  if (user === null || user.value.length > maxUserId) return {};
  placed.place(user);
  return { metadata: { user_id: user.value } };
}

function writeSampling(
  sampling: readonly SamplingSetting[],
  { samples }: ClaudeTraits,
  placed: PlacedFields,
): WrittenObject {
  const body: Record<string, Written> = {};
  const tempered = sampling.some(({ name }) => name === "temperature");
  for (const setting of sampling) {
    const { name, value } = setting;
    const number = numberOf(value) ?? 0;
    switch (name) {
      case "max_tokens":
        body[name] = value;
        placed.place(setting);
        break;
      case "top_k":
        if (!samples) break;
        body[name] = value;
        placed.place(setting);
        break;
      case "temperature":
        // Anthropic's ends at 1, where others' ends at 2. 1 is what its models do anyway.
        if (samples) body[name] = number > 1 ? ownNumber(1) : value;
        if (samples ? number <= 1 : number === 1) placed.place(setting);
        break;
      case "top_p": {
        // Claude's newer models refuse it beside a temperature; 1 asks for nothing.
        const taken = samples && !tempered;
        if (taken) body[name] = value;
        if (taken || number === 1) placed.place(setting);
        break;
      }
      case "stop":
        writeStop(setting, body, placed);
        break;
      case "min_p":
      case "seed":
      case "presence_penalty":
      case "frequency_penalty":
      case "repeat_penalty":
    }
  }
  return body;
}

/** Anthropic refuses stops of nothing but white space. */
function writeStop(
  setting: SamplingSetting,
  body: Record<string, Written>,
  placed: PlacedFields,
): void {
  const { value } = setting;
  const stops: readonly Written[] = isList(value) ? value : [value];
  const kept = stops.filter((stop) => typeof stop === "string" && stop.trim() !== "");
  if (kept.length > 0) body["stop_sequences"] = kept;
  if (kept.length === stops.length) placed.place(setting);
}

/** Thinking, and the answer's form. */
function writeThought(
  settings: GenerationSettings,
  traits: ClaudeTraits,
  limit: number,
  callsUnthought: boolean,
  placed: PlacedFields,
): WrittenObject {
  const { thinking, format } = settings;
  const output: Record<string, Written> = {};
  if (format !== null && format.value.kind === "schema" && traits.formats) {
    output["format"] = { type: "json_schema", schema: closedSchema(format.value.schema) };
    placed.place(format);
  }
  const thought = writeThinking(settings, traits, limit, callsUnthought);
  if (thought.effort !== undefined) output["effort"] = thought.effort;
  if (thinking !== null && thought.heeded) placed.place(thinking);
  return {
    thinking: thought.thinking,
    output_config: Object.keys(output).length === 0 ? undefined : output,
  };
}

function isList(value: Written): value is readonly Written[] {
  return Array.isArray(value);
}
