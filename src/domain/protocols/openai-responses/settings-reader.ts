// What a request to Responses says beside its input and tools.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type {
  AnswerFormat,
  GenerationSettings,
  SamplingName,
  SamplingSetting,
  ThinkingWish,
  ValueField,
} from "../neutral/request.ts";
import { RecordReader, type RequestNotes, saysNothing } from "../neutral/request-notes.ts";
import { unservedState } from "./references.ts";
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
  refuseStates(reader, notes);
  skipUsual(reader);
  const parallel = reader.take("parallel_tool_calls").value;
  const includes = readIncludes(reader, notes);
  const text = new RecordReader(reader.take("text"), "text.", notes);
  const openAi = [
    ...readOpenAi(reader, sharedNames, notes),
    ...readOpenAi(text, ["verbosity"], notes),
  ];
  const format = text.take("format");
  text.close();
  return {
    stream: readStream(reader, [], notes),
    format: readFormat(format, notes),
    thinking: readThinking(reader, notes),
    toolChoice,
    parallelCalls:
      typeof parallel === "boolean"
        ? notes.note({ path: "parallel_tool_calls", value: parallel })
        : null,
    user: readUser(reader, notes),
    logprobs: includes.logprobs ? notes.note({ path: "include" }) : null,
    topLogprobs: readTopLogprobs(reader.take("top_logprobs"), notes),
    sampling: readSampling(reader, notes),
    openAi,
  };
}

/** Whoever kept them has put what they stand for in their place. */
function refuseStates(reader: RecordReader, notes: RequestNotes): void {
  const unserved = unservedState(reader.record);
  if (unserved !== null) notes.refuse(unserved.message);
  for (const key of ["conversation", "prompt", "background"]) reader.take(key);
  if (!saysNothing(reader.take("previous_response_id").value))
    notes.refuse("previous_response_id: what it stands for is not known here");
}

/** Values that ask for what is so without them. */
const usual: Readonly<Record<string, readonly unknown[]>> = {
  store: [true, false],
  truncation: ["auto", "disabled"],
  top_logprobs: [0],
};

function skipUsual(reader: RecordReader): void {
  for (const [key, values] of Object.entries(usual))
    if (values.includes(reader.record[key])) reader.take(key);
}

function readIncludes(reader: RecordReader, notes: RequestNotes): { readonly logprobs: boolean } {
  const source = reader.take("include");
  if (!saysNothing(source.value) && !Array.isArray(source.value))
    notes.refuse("include must be a list");
  let logprobs = false;
  for (const { value } of source.items())
    switch (value) {
      case "message.output_text.logprobs":
        logprobs = true;
        break;
      // The writer of the answer reads it for itself.
      case "reasoning.encrypted_content":
        break;
      default:
        notes.note({ path: `include.${String(value)}` });
    }
  return { logprobs };
}

function readFormat(source: JsonSource, notes: RequestNotes): ValueField<AnswerFormat> | null {
  if (saysNothing(source.value)) return null;
  const path = "text.format";
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
  // A label, of which no other protocol knows.
  format.take("name");
  const schema = format.take("schema");
  const { value: strict } = format.take("strict");
  format.close();
  // Who wants JSON of any form may leave it out (the AI SDK's Open Responses provider does).
  if (saysNothing(schema.value)) return notes.note({ path, value: anyObject });
  if (!isRecord(schema.value)) {
    notes.refuse(`${path}.schema must be an object`);
    return null;
  }
  const said = typeof strict === "boolean" ? { strict } : {};
  return notes.note({ path, value: { kind: "schema", schema: schema.raw(), ...said } as const });
}

const anyObject: AnswerFormat = { kind: "object" };

function readThinking(reader: RecordReader, notes: RequestNotes): ValueField<ThinkingWish> | null {
  const reasoning = new RecordReader(reader.take("reasoning"), "reasoning.", notes);
  const { effort } = reasoning.record;
  const wish = effort === "none" ? off : isEffort(effort) ? { on: true, effort } : null;
  if (wish !== null) reasoning.take("effort");
  // It says in which form the answer shows what was thought, which its writer reads for itself.
  for (const key of ["summary", "generate_summary"]) reasoning.take(key);
  reasoning.close();
  return wish === null ? null : notes.note({ path: "reasoning.effort", value: wish });
}

const off: ThinkingWish = { on: false, effort: null };

const sampling: readonly (readonly [SamplingName, string])[] = [
  ["max_tokens", "max_output_tokens"],
  ["temperature", "temperature"],
  ["top_p", "top_p"],
  ["presence_penalty", "presence_penalty"],
  ["frequency_penalty", "frequency_penalty"],
];

function readSampling(reader: RecordReader, notes: RequestNotes): readonly SamplingSetting[] {
  const settings: SamplingSetting[] = [];
  for (const [name, path] of sampling) {
    const source = reader.take(path);
    if (saysNothing(source.value) || source.value === askingNothing.get(name)) continue;
    if (typeof source.value !== "number") notes.refuse(`${path} must be a number`);
    else settings.push(notes.note({ path, name, value: source.raw() }));
  }
  return settings;
}
