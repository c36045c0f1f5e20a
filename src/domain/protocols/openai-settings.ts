// Settings that OpenAI's two APIs have in common, read into neutral ones.
import type { JsonSource } from "../bytes/json-source.ts";
import type {
  GenerationSettings,
  OpenAiName,
  OpenAiSetting,
  SamplingName,
  ThinkingEffort,
} from "./neutral/request.ts";
import { RecordReader, type RequestNotes, saysNothing } from "./neutral/request-notes.ts";

/** @param read options that the writer of the answer reads for itself */
export function readStream(
  reader: RecordReader,
  read: readonly string[],
  notes: RequestNotes,
): boolean {
  const stream = reader.take("stream").value ?? false;
  if (typeof stream !== "boolean") notes.refuse("stream must be true or false");
  const options = new RecordReader(reader.take("stream_options"), "stream_options.", notes);
  for (const key of read) options.take(key);
  // It pads events against eavesdroppers who count bytes; none is padded here.
  if (options.record["include_obfuscation"] === false) options.take("include_obfuscation");
  options.close();
  return stream === true;
}

const efforts: ReadonlySet<unknown> = new Set<ThinkingEffort>([
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
]);

export function isEffort(value: unknown): value is ThinkingEffort {
  return efforts.has(value);
}

/** `user` is an older name of it. */
export function readUser(reader: RecordReader, notes: RequestNotes): GenerationSettings["user"] {
  for (const path of ["safety_identifier", "user"]) {
    const value = reader.takeText(path);
    if (value !== null) return notes.note({ path, value });
  }
  return null;
}

/** Those that go by the same name in both. */
export const sharedNames: readonly OpenAiName[] = [
  "metadata",
  "moderation",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "service_tier",
];

/** Values that ask for what is so without them. */
const usual: ReadonlyMap<OpenAiName, readonly unknown[]> = new Map([
  ["service_tier", ["auto", "default"]],
  ["verbosity", ["medium"]],
]);

/** Those of these that ask for something. */
export function readOpenAi(
  reader: RecordReader,
  names: readonly OpenAiName[],
  notes: RequestNotes,
): readonly OpenAiSetting[] {
  return names.flatMap((name) => {
    const source = reader.take(name);
    return saysNothing(source.value) || usual.get(name)?.includes(source.value) === true
      ? []
      : [notes.note({ path: reader.path(name), name, value: source.raw() })];
  });
}

export function readTopLogprobs(
  top: JsonSource,
  notes: RequestNotes,
): GenerationSettings["topLogprobs"] {
  const count = top.value ?? 0;
  if (typeof count !== "number") notes.refuse("top_logprobs must be a number");
  return typeof count === "number" && count > 0
    ? notes.note({ path: "top_logprobs", value: top.raw() })
    : null;
}

/** Where they are so, the setting asks for nothing. */
export const askingNothing: ReadonlyMap<SamplingName, number> = new Map([
  ["presence_penalty", 0],
  ["frequency_penalty", 0],
]);
