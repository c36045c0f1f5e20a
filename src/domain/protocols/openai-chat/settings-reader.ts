// What a chat's request says beside its messages and tools.
import { isRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { Written } from "../../bytes/json-written.ts";
import type {
  AnswerFormat,
  GenerationSettings,
  OpenAiName,
  SamplingName,
  SamplingSetting,
  ThinkingWish,
  ValueField,
} from "../neutral/request.ts";
import { RecordReader, type RequestNotes, saysNothing } from "../neutral/request-notes.ts";
import {
  askingNothing,
  isEffort,
  readOpenAi,
  readStream,
  readTopLogprobs,
  readUser,
  sharedNames,
} from "../openai-settings.ts";

export function readSettings(
  reader: RecordReader,
  toolChoice: GenerationSettings["toolChoice"],
  notes: RequestNotes,
): GenerationSettings {
  if (reader.record["store"] === false) reader.take("store");
  readMany(reader, notes);
  const parallel = reader.take("parallel_tool_calls").value;
  const logprobs = reader.take("logprobs").value === true;
  return {
    stream: readStream(reader, ["include_usage"], notes),
    format: readFormat(reader, notes),
    thinking: readThinking(reader, notes),
    toolChoice,
    parallelCalls:
      typeof parallel === "boolean"
        ? notes.note({ path: "parallel_tool_calls", value: parallel })
        : null,
    user: readUser(reader, notes),
    logprobs: logprobs ? notes.note({ path: "logprobs" }) : null,
    topLogprobs: readTopLogprobs(reader.take("top_logprobs"), notes),
    sampling: readSampling(reader, notes),
    openAi: readOpenAi(reader, openAiNames, notes),
  };
}

const openAiNames: readonly OpenAiName[] = [...sharedNames, "verbosity", "web_search_options"];

/** What makes an answer of another kind than the one that all protocols have. */
function readMany(reader: RecordReader, notes: RequestNotes): void {
  const count = reader.take("n").value ?? 1;
  if (count !== 1) notes.note({ path: "n", essential: true });
  const modalities = reader.take("modalities").value;
  if (Array.isArray(modalities) && modalities.some((one) => one !== "text"))
    notes.note({ path: "modalities", essential: true });
}

function readFormat(reader: RecordReader, notes: RequestNotes): ValueField<AnswerFormat> | null {
  const path = "response_format";
  const source = reader.take(path);
  const { value } = source;
  if (saysNothing(value)) return null;
  const format = new RecordReader(source, `${path}.`, notes);
  const type = format.takeText("type");
  if (type === "text") return null;
  if (type === "json_object") {
    format.close();
    return notes.note({ path, value: anyObject });
  }
  if (type !== "json_schema") {
    notes.refuse(`${path}.type must be text, json_object or json_schema`);
    return null;
  }
  const detail = new RecordReader(format.take("json_schema"), `${path}.json_schema.`, notes);
  // A label, and whether the server may answer otherwise: what keeps to the schema satisfies both.
  const name = textMember(detail.record, "name");
  detail.take("name");
  const { value: strict } = detail.take("strict");
  const schema = detail.take("schema");
  const described = detail.takeText("description");
  const description =
    described === null ? null : notes.note({ path: detail.path("description"), value: described });
  detail.close();
  format.close();
  const wanted: AnswerFormat = isRecord(schema.value)
    ? {
        kind: "schema",
        schema: schema.raw(),
        ...(name === null ? {} : { name }),
        ...(typeof strict === "boolean" ? { strict } : {}),
        ...(description === null ? {} : { description }),
      }
    : anyObject;
  return notes.note({ path, value: wanted });
}

const anyObject: AnswerFormat = { kind: "object" };

function readThinking(reader: RecordReader, notes: RequestNotes): ValueField<ThinkingWish> | null {
  const path = "reasoning_effort";
  const effort = reader.record[path];
  const wish = effort === "none" ? off : isEffort(effort) ? { on: true, effort } : null;
  if (wish !== null) reader.take(path);
  return readSwitches(reader, wish, notes) ?? (wish && notes.note({ path, value: wish }));
}

const off: ThinkingWish = { on: false, effort: null };

/** Templates of open models have switches for it, of two names; clients of servers that people run set them. */
function readSwitches(
  reader: RecordReader,
  wish: ThinkingWish | null,
  notes: RequestNotes,
): ValueField<ThinkingWish> | null {
  const path = "chat_template_kwargs";
  if (!isRecord(reader.record[path])) return null;
  const held = new RecordReader(reader.take(path), `${path}.`, notes);
  const said = held.record["enable_thinking"] ?? held.record["thinking"];
  const on = wish?.on ?? (typeof said === "boolean" ? said : null);
  for (const key of ["enable_thinking", "thinking"])
    if (on !== null && held.record[key] === on) held.take(key);
  if (wish !== null && held.record["reasoning_effort"] === wish.effort)
    held.take("reasoning_effort");
  held.close();
  return wish === null && on !== null ? notes.note({ path, value: { on, effort: null } }) : null;
}

/** By the first name that says anything; OpenAI's own come first, then those of servers that people run. */
const sampling: readonly (readonly [SamplingName, readonly string[]])[] = [
  ["max_tokens", ["max_completion_tokens", "max_tokens"]],
  ["temperature", ["temperature"]],
  ["top_p", ["top_p"]],
  ["top_k", ["top_k"]],
  ["min_p", ["min_p"]],
  ["seed", ["seed"]],
  ["stop", ["stop"]],
  ["presence_penalty", ["presence_penalty"]],
  ["frequency_penalty", ["frequency_penalty"]],
  ["repeat_penalty", ["repeat_penalty", "repetition_penalty"]],
];

function readSampling(reader: RecordReader, notes: RequestNotes): readonly SamplingSetting[] {
  const settings: SamplingSetting[] = [];
  for (const [name, keys] of sampling) {
    const key = keys.find((one) => !saysNothing(reader.record[one]));
    if (key === undefined) continue;
    const source = reader.take(key);
    // The same under its other name says nothing more.
    for (const other of keys) if (reader.record[other] === source.value) reader.take(other);
    if (source.value === askingNothing.get(name)) continue;
    const value = name === "stop" ? readStop(source, notes) : readNumber(key, source, notes);
    if (value !== null) settings.push(notes.note({ path: key, name, value }));
  }
  return settings;
}

function readNumber(key: string, source: JsonSource, notes: RequestNotes): Written {
  if (typeof source.value === "number") return source.raw();
  notes.refuse(`${key} must be a number`);
  return null;
}

function readStop({ value }: JsonSource, notes: RequestNotes): Written {
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (stops.every((stop) => typeof stop === "string")) return stops;
  notes.refuse("stop must be a text or a list of texts");
  return null;
}
