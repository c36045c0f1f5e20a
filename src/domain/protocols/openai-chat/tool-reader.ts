// The tools of a chat, and which of them shall be called, read into neutral ones.
import { isRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { customDescription, customParameters } from "../neutral/custom-tool.ts";
import type {
  GenerationSettings,
  RequestTool,
  RequestTools,
  ToolChoice,
} from "../neutral/request.ts";
import {
  RecordReader,
  type RequestNotes,
  saysNothing,
  takeCache,
} from "../neutral/request-notes.ts";

export interface ReadTools {
  readonly tools: RequestTools | null;
  readonly toolChoice: GenerationSettings["toolChoice"];
}

/** Tools and choice, be they in the API's own form or its first one. */
export function readTools(reader: RecordReader, notes: RequestNotes): ReadTools {
  const choice = readChoice(reader, notes);
  const tools = readList(reader, choice.allowed, notes);
  const legacy = tools === null ? readFunctions(reader, notes) : null;
  return { tools: tools ?? legacy, toolChoice: choice.field ?? readLegacyChoice(reader, notes) };
}

function readList(
  reader: RecordReader,
  allowed: ReadonlySet<string> | null,
  notes: RequestNotes,
): RequestTools | null {
  const tools = reader.take("tools");
  const { value } = tools;
  if (saysNothing(value)) return null;
  if (!Array.isArray(value) || !(value as readonly unknown[]).every(isRecord)) {
    notes.refuse("tools must be a list of objects");
    return null;
  }
  const read = tools.items().map((tool, index) => readTool(tool, `tools[${index}]`, notes));
  const list = read.filter(({ name }) => allowed === null || allowed.has(name));
  const plain =
    allowed === null && tools.items().every(({ record }) => record["type"] === "function");
  return notes.note({ path: "tools", list, asChat: plain ? tools.raw() : null });
}

function readTool(source: JsonSource, place: string, notes: RequestNotes): RequestTool {
  const tool = new RecordReader(source, "tools.", notes);
  const type = tool.takeText("type") ?? "function";
  if (type !== "function" && type !== "custom")
    notes.refuse(`${place}.type must be function or custom`);
  const custom = type === "custom";
  const key = custom ? "custom" : "function";
  const read = custom
    ? readCustom(tool.take(key), notes)
    : readFunction(tool.take(key), `tools.${key}.`, notes);
  if (read.name === "") notes.refuse(`${place}.${key}.name must be a text`);
  const cache = takeCache(tool, notes);
  tool.close();
  return cache === undefined ? read : { ...read, cache };
}

function readFunction(source: JsonSource, prefix: string, notes: RequestNotes): RequestTool {
  const detail = new RecordReader(source, prefix, notes);
  const name = detail.takeText("name") ?? "";
  const description = detail.takeText("description");
  const given = detail.record["parameters"];
  const parameters = isRecord(given) ? detail.take("parameters").raw() : null;
  const strict = detail.record["strict"];
  if (typeof strict === "boolean") detail.take("strict");
  detail.close();
  return {
    path: "tools",
    name,
    description,
    parameters,
    strict: typeof strict === "boolean" ? strict : null,
  };
}

/** A custom tool takes a text, and goes as a function of one: what its text must be like is said in words. */
function readCustom(source: JsonSource, notes: RequestNotes): RequestTool {
  const detail = new RecordReader(source, "tools.custom.", notes);
  const name = detail.takeText("name") ?? "";
  const described = detail.takeText("description");
  const format = detail.take("format");
  const grammar = format.record["grammar"];
  const definition = isRecord(grammar) ? textMember(grammar, "definition") : null;
  const syntax = isRecord(grammar) ? (textMember(grammar, "syntax") ?? "") : "";
  const rule = definition === null ? null : { syntax, definition };
  detail.close();
  return {
    path: "tools",
    name,
    description: customDescription(described, rule),
    parameters: customParameters,
    strict: null,
    custom: { description: described, grammar: rule },
  };
}

interface ReadChoice {
  readonly field: GenerationSettings["toolChoice"];
  /** The names of the tools that may be called; null: of all. */
  readonly allowed: ReadonlySet<string> | null;
}

const path = "tool_choice";

function readChoice(reader: RecordReader, notes: RequestNotes): ReadChoice {
  const source = reader.take(path);
  const { value, record } = source;
  if (saysNothing(value)) return { field: null, allowed: null };
  if (value === "auto" || value === "none" || value === "required")
    return { field: chosen(path, { kind: value }, notes), allowed: null };
  if (record["type"] === "allowed_tools") {
    const held = source.member("allowed_tools");
    const kind = held.record["mode"] === "required" ? "required" : "auto";
    const names = held
      .member("tools")
      .items()
      .map(({ record: tool }) => nameOf(tool) ?? "");
    return { field: chosen(path, { kind }, notes), allowed: new Set(names) };
  }
  const name = nameOf(record);
  if (name === null)
    notes.refuse(`${path} must be "none", "auto", "required" or an object that names a tool`);
  return { field: chosen(path, { kind: "tool", name: name ?? "" }, notes), allowed: null };
}

function chosen(
  at: string,
  value: ToolChoice,
  notes: RequestNotes,
): NonNullable<GenerationSettings["toolChoice"]> {
  return notes.note({ path: at, value });
}

/** The name of a tool, within the object that its type is named for. */
function nameOf(record: Readonly<Record<string, unknown>>): string | null {
  const held = record["function"] ?? record["custom"];
  return isRecord(held) ? textMember(held, "name") : null;
}

function readFunctions(reader: RecordReader, notes: RequestNotes): RequestTools | null {
  const source = reader.take("functions");
  if (saysNothing(source.value)) return null;
  if (!Array.isArray(source.value)) notes.refuse("functions must be a list");
  const list = source.items().map((item, index) => {
    const tool = readFunction(item, "functions.", notes);
    if (tool.name === "") notes.refuse(`functions[${index}].name must be a text`);
    return tool;
  });
  return notes.note({ path: "functions", list, asChat: null });
}

function readLegacyChoice(
  reader: RecordReader,
  notes: RequestNotes,
): GenerationSettings["toolChoice"] {
  const { value, record } = reader.take("function_call");
  if (value === "auto" || value === "none") return chosen("function_call", { kind: value }, notes);
  const name = textMember(record, "name");
  if (name !== null) return chosen("function_call", { kind: "tool", name }, notes);
  if (!saysNothing(value)) notes.refuse('function_call must be "none", "auto" or name a function');
  return null;
}
