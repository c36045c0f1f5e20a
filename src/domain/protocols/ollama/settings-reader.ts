// What an Ollama request says beside its messages: `options`, `format`, `think` and the rest.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { Written } from "../../bytes/json-written.ts";
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

export function readSettings(reader: RecordReader, notes: RequestNotes): GenerationSettings {
  const format = readFormat(reader.take("format"), notes);
  const thinking = readThink(reader.take("think").value, notes);
  const logprobs = reader.take("logprobs").value === true;
  return {
    format,
    thinking,
    toolChoice: null,
    parallelCalls: null,
    user: null,
    logprobs: logprobs ? notes.note({ path: "logprobs" }) : null,
    topLogprobs: readTopLogprobs(reader.take("top_logprobs"), notes),
    stream: readStream(reader.take("stream").value, notes),
    sampling: readOptions(reader, notes),
  };
}

function readFormat(format: JsonSource, notes: RequestNotes): ValueField<AnswerFormat> | null {
  const { value } = format;
  if (saysNothing(value)) return null;
  if (value === "json") return notes.note({ path: "format", value: anyObject });
  if (isRecord(value)) {
    // The order of its properties is the order in which models write them.
    const wanted: AnswerFormat = { kind: "schema", schema: format.raw() };
    return notes.note({ path: "format", value: wanted });
  }
  notes.refuse('format must be "json" or a JSON schema');
  return null;
}

const anyObject: AnswerFormat = { kind: "object" };

const efforts: ReadonlySet<unknown> = new Set<ThinkingEffort>(["low", "medium", "high", "max"]);

function readThink(think: unknown, notes: RequestNotes): ValueField<ThinkingWish> | null {
  if (think === undefined || think === null || think === "") return null;
  const effort = isEffort(think) ? think : null;
  if (typeof think === "boolean" || effort !== null)
    return notes.note({ path: "think", value: { on: think !== false, effort } });
  notes.refuse('think must be true, false, "low", "medium", "high" or "max"');
  return null;
}

function isEffort(value: unknown): value is ThinkingEffort {
  return efforts.has(value);
}

function readTopLogprobs(top: JsonSource, notes: RequestNotes): GenerationSettings["topLogprobs"] {
  const count = top.value ?? 0;
  if (typeof count !== "number") notes.refuse("top_logprobs must be a number");
  if (typeof count === "number" && count > 0)
    return notes.note({ path: "top_logprobs", value: top.raw() });
  if (count !== 0) notes.note({ path: "top_logprobs" });
  return null;
}

function readStream(value: unknown, notes: RequestNotes): boolean {
  const stream = value ?? true;
  if (typeof stream === "boolean") return stream;
  notes.refuse("stream must be true or false");
  return true;
}

/** Options that other protocols know, too. All others are about the server's own machine. */
const sampling: ReadonlyMap<string, SamplingName> = new Map([
  ["temperature", "temperature"],
  ["top_p", "top_p"],
  ["top_k", "top_k"],
  ["min_p", "min_p"],
  ["seed", "seed"],
  ["stop", "stop"],
  ["num_predict", "max_tokens"],
  ["presence_penalty", "presence_penalty"],
  ["frequency_penalty", "frequency_penalty"],
  ["repeat_penalty", "repeat_penalty"],
]);

function readOptions(request: RecordReader, notes: RequestNotes): readonly SamplingSetting[] {
  const options = optionsReader(request, notes);
  const settings: SamplingSetting[] = [];
  for (const key of Object.keys(options.record)) {
    const name = sampling.get(key);
    if (name === undefined) continue;
    const value = readOption(key, options.take(key), notes);
    if (value !== null) settings.push(notes.note({ path: options.path(key), name, value }));
  }
  options.close();
  return settings;
}

/** Options of a request that has no use for any. */
export function refuseOptions(request: RecordReader, notes: RequestNotes): void {
  optionsReader(request, notes).close();
}

function optionsReader(request: RecordReader, notes: RequestNotes): RecordReader {
  const options = request.take("options");
  if (!isRecord(options.value ?? {})) notes.refuse("options must be an object");
  return new RecordReader(options, "options.", notes);
}

/** null: it asks for nothing, or is wrong. */
function readOption(key: string, option: JsonSource, notes: RequestNotes): Written {
  const { value } = option;
  if (value === null) return null;
  if (key === "stop") return readStop(value, notes);
  if (typeof value !== "number") {
    notes.refuse(`option "${key}" must be a number`);
    return null;
  }
  // Ollama stops at a limit above zero only (its Modelfile reference: -1 infinite, -2 fill the context).
  return key === "num_predict" && value <= 0 ? null : option.raw();
}

function readStop(value: unknown, notes: RequestNotes): Written {
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (stops.every((stop) => typeof stop === "string")) return stops.length === 0 ? null : stops;
  notes.refuse('option "stop" must be a list of texts');
  return null;
}
