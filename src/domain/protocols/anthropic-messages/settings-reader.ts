// What a request to Anthropic's API says beside its messages and tools.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type {
  AnswerFormat,
  GenerationSettings,
  SamplingName,
  SamplingSetting,
  ThinkingEffort,
  ThinkingWish,
  ValueField,
} from "../neutral/request.ts";
import { RecordReader, type RequestNotes, saysNothing } from "../neutral/request-notes.ts";

type Settings = Omit<GenerationSettings, "toolChoice" | "parallelCalls">;

export function readSettings(reader: RecordReader, notes: RequestNotes): Settings {
  const output = objectIn(reader, "output_config", notes);
  // The name that it had before `output_config`.
  const formerly = reader.take("output_format");
  const format = readFormat(output.take("format"), output.path("format"), notes);
  const thinking = readThinking(objectIn(reader, "thinking", notes), output, notes);
  output.close();
  // What servers do by default.
  if (reader.record["service_tier"] === "auto") reader.take("service_tier");
  return {
    stream: readStream(reader.take("stream").value, notes),
    format: format ?? readFormat(formerly, "output_format", notes),
    thinking,
    user: readUser(reader, notes),
    logprobs: null,
    topLogprobs: null,
    sampling: readSampling(reader, notes),
  };
}

function objectIn(reader: RecordReader, key: string, notes: RequestNotes): RecordReader {
  const source = reader.take(key);
  if (!isRecord(source.value ?? {})) notes.refuse(`${key} must be an object`);
  return new RecordReader(source, `${key}.`, notes);
}

function readStream(value: unknown, notes: RequestNotes): boolean {
  const stream = value ?? false;
  if (typeof stream === "boolean") return stream;
  notes.refuse("stream must be true or false");
  return false;
}

function readFormat(
  format: JsonSource,
  path: string,
  notes: RequestNotes,
): ValueField<AnswerFormat> | null {
  if (saysNothing(format.value)) return null;
  const schema = format.member("schema");
  if (format.record["type"] !== "json_schema" || !isRecord(schema.value)) {
    notes.refuse(`${path} must be of type "json_schema", with a schema`);
    return null;
  }
  const value: AnswerFormat = { kind: "schema", schema: schema.raw(), strict: true };
  return notes.note({ path, value });
}

/** Tokens of a budget up to which it is a low effort, and a medium one. */
const budgets = { low: 4_096, medium: 16_384 };

const efforts: ReadonlySet<unknown> = new Set<ThinkingEffort>([
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
]);

/** Who says nothing of thinking wants none: models of other makers think unless that is switched off. */
function readThinking(
  thinking: RecordReader,
  output: RecordReader,
  notes: RequestNotes,
): ValueField<ThinkingWish> {
  const type = thinking.take("type").value;
  const budget = thinking.take("budget_tokens").value;
  // Who writes the answer heeds it.
  thinking.take("display");
  thinking.close();
  const given = output.take("effort").value;
  const wanted = isEffort(given) ? given : null;
  if (wanted === null && !saysNothing(given))
    notes.refuse('output_config.effort must be "low", "medium", "high", "xhigh" or "max"');
  const on = type !== undefined && type !== null && type !== "disabled";
  const effort = wanted ?? (on && typeof budget === "number" ? effortOf(budget) : null);
  const field = { path: "thinking", value: { on, effort } };
  const says = !saysNothing(thinking.record);
  if (says && typeof type !== "string") notes.refuse("thinking.type must be a text");
  if (says) notes.note(field);
  if (wanted !== null) notes.note({ path: output.path("effort"), follows: field });
  return field;
}

function isEffort(value: unknown): value is ThinkingEffort {
  return efforts.has(value);
}

function effortOf(budget: number): ThinkingEffort {
  if (budget <= budgets.low) return "low";
  return budget <= budgets.medium ? "medium" : "high";
}

function readUser(request: RecordReader, notes: RequestNotes): ValueField<string> | null {
  const metadata = objectIn(request, "metadata", notes);
  const value = metadata.takeText("user_id");
  metadata.close();
  return value === null ? null : notes.note({ path: metadata.path("user_id"), value });
}

const numbers: readonly SamplingName[] = ["max_tokens", "temperature", "top_p", "top_k"];

function readSampling(reader: RecordReader, notes: RequestNotes): readonly SamplingSetting[] {
  const settings: SamplingSetting[] = [];
  for (const name of numbers) {
    const source = reader.take(name);
    const { value } = source;
    if (value === undefined || value === null) continue;
    if (typeof value === "number")
      settings.push(notes.note({ path: name, name, value: source.raw() }));
    else notes.refuse(`${name} must be a number`);
  }
  const stops = reader.take("stop_sequences").value ?? [];
  const list: readonly unknown[] = Array.isArray(stops) ? stops : [null];
  if (!list.every((stop) => typeof stop === "string"))
    notes.refuse("stop_sequences must be a list of texts");
  else if (list.length > 0)
    settings.push(notes.note({ path: "stop_sequences", name: "stop", value: list }));
  return settings;
}
