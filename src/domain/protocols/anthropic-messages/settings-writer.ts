// Settings of a neutral request as fields of Anthropic's.
import { ownNumber, RawJson, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import { closedSchema } from "./closed-schema.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { GenerationSettings, SamplingSetting, ThinkingEffort } from "../neutral/request.ts";

/** Anthropic's longest name for a user. */
const maxUserId = 256;

/** The fields of settings, tools aside. */
export function writeSettings(settings: GenerationSettings, placed: PlacedFields): WrittenObject {
  return {
    ...writeSampling(settings.sampling, placed),
    ...writeThought(settings, placed),
    ...writeUser(settings, placed),
    stream: settings.stream,
  };
}

function writeUser({ user }: GenerationSettings, placed: PlacedFields): WrittenObject {
  if (user === null || user.value.length > maxUserId) return {};
  placed.place(user);
  return { metadata: { user_id: user.value } };
}

function writeSampling(sampling: readonly SamplingSetting[], placed: PlacedFields): WrittenObject {
  const body: Record<string, Written> = {};
  const tempered = sampling.some(({ name }) => name === "temperature");
  for (const setting of sampling) {
    const { name, value } = setting;
    switch (name) {
      case "max_tokens":
      case "top_k":
        body[name] = value;
        placed.place(setting);
        break;
      case "temperature":
        // Anthropic's ends at 1, where others' ends at 2.
        if ((numberOf(value) ?? 0) > 1) body[name] = ownNumber(1);
        else {
          body[name] = value;
          placed.place(setting);
        }
        break;
      case "top_p":
        // Claude's newer models refuse it beside a temperature; 1 asks for nothing.
        if (!tempered) body[name] = value;
        if (!tempered || numberOf(value) === 1) placed.place(setting);
        break;
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

const efforts: Record<ThinkingEffort, string> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh",
  max: "max",
};

/** Thinking, and the answer's form. */
function writeThought(settings: GenerationSettings, placed: PlacedFields): WrittenObject {
  const { thinking, format } = settings;
  const output: Record<string, Written> = {};
  const body: Record<string, Written> = {};
  if (format !== null && format.value.kind === "schema") {
    output["format"] = { type: "json_schema", schema: closedSchema(format.value.schema) };
    placed.place(format);
  }
  if (thinking !== null && !(thinking.value.on && forbidsThinking(settings))) {
    const { on, effort } = thinking.value;
    // Newer models keep what they think to themselves unless they are asked to show it.
    body["thinking"] = on ? { type: "adaptive", display: "summarized" } : { type: "disabled" };
    if (on && effort !== null) output["effort"] = efforts[effort];
    placed.place(thinking);
  }
  if (Object.keys(output).length > 0) body["output_config"] = output;
  return body;
}

/** Anthropic refuses to think where a tool is forced, or the sampling is another than its own. */
function forbidsThinking({ toolChoice, sampling }: GenerationSettings): boolean {
  const forced = toolChoice?.value.kind === "required" || toolChoice?.value.kind === "tool";
  // A temperature above 1 goes out as 1, which is Anthropic's own.
  return (
    forced ||
    sampling.some(
      ({ name, value }) =>
        name === "top_k" || (name === "temperature" && (numberOf(value) ?? 1) < 1),
    )
  );
}

function numberOf(value: Written): number | null {
  const number = value instanceof RawJson ? Number(value.text) : Number.NaN;
  return Number.isNaN(number) ? null : number;
}

function isList(value: Written): value is readonly Written[] {
  return Array.isArray(value);
}
