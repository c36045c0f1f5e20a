// The tools of a request to Responses, and which of them shall be called, read into neutral ones.
import { isRecord, type JsonRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { customDescription, customParameters } from "../neutral/custom-tool.ts";
import type {
  GenerationSettings,
  RequestTool,
  RequestTools,
  ToolChoice,
} from "../neutral/request.ts";
import { RecordReader, type RequestNotes, saysNothing } from "../neutral/request-notes.ts";
import { type DeclaredTool, declaredTools, flatName } from "./declared-tools.ts";

export interface ReadTools {
  readonly tools: RequestTools | null;
  readonly toolChoice: GenerationSettings["toolChoice"];
}

/** @param source the request that the reader reads */
export function readTools(
  source: JsonSource,
  reader: RecordReader,
  notes: RequestNotes,
): ReadTools {
  const given = reader.take("tools").value;
  if (!saysNothing(given) && !Array.isArray(given)) notes.refuse("tools must be a list");
  const { field, allowed } = readChoice(reader, notes);
  const byName = new Map<string, RequestTool>();
  for (const declared of declaredTools(source)) {
    const tool = readTool(declared, notes);
    if (tool !== null && (allowed?.has(tool.name) ?? true) && !byName.has(tool.name))
      byName.set(tool.name, tool);
  }
  const list = [...byName.values()];
  const tools = list.length === 0 ? null : notes.note({ path: "tools", list, asChat: null });
  return { tools, toolChoice: field };
}

/** null: one that only OpenAI's servers run, which is named by its type, or a namespace. */
function readTool(declared: DeclaredTool, notes: RequestNotes): RequestTool | null {
  const { source, type, namespace, named } = declared;
  if (!isRecord(source.value)) {
    notes.refuse(`${named} must be an object`);
    return null;
  }
  if (type === "namespace" && namespace === null) {
    const reader = new RecordReader(source, "tools.namespace.", notes);
    for (const key of ["type", "name", "tools"]) reader.take(key);
    reader.close();
    return null;
  }
  if (type !== "function" && type !== "custom") {
    notes.note({ path: `tools.${type}` });
    return null;
  }
  const reader = new RecordReader(source, "tools.", notes);
  reader.take("type");
  const given = reader.takeText("name");
  if (given === null) notes.refuse(`${named}.name must be a text`);
  const name = flatName(namespace, given ?? "");
  const described = reader.takeText("description");
  // A search for tools would bring it; here it is there from the start.
  reader.take("defer_loading");
  const tool =
    type === "custom" ? customTool(name, described, reader) : functionTool(name, described, reader);
  reader.close();
  return tool;
}

function functionTool(name: string, description: string | null, reader: RecordReader): RequestTool {
  const parameters = isRecord(reader.record["parameters"]) ? reader.take("parameters").raw() : null;
  const { value } = reader.take("strict");
  const strict = typeof value === "boolean" ? value : null;
  return { path: "tools", name, description, parameters, strict };
}

function customTool(name: string, described: string | null, reader: RecordReader): RequestTool {
  const { record } = reader.take("format");
  const definition = textMember(record, "definition");
  const syntax = textMember(record, "syntax") ?? "";
  const grammar = definition === null ? null : { syntax, definition };
  const description = customDescription(described, grammar);
  return { path: "tools", name, description, parameters: customParameters, strict: null };
}

interface ReadChoice {
  readonly field: GenerationSettings["toolChoice"];
  /** The names of the tools that may be called; null: of all. */
  readonly allowed: ReadonlySet<string> | null;
}

const path = "tool_choice";
const noChoice: ReadChoice = { field: null, allowed: null };

function readChoice(reader: RecordReader, notes: RequestNotes): ReadChoice {
  const source = reader.take(path);
  const { value, record } = source;
  if (saysNothing(value)) return noChoice;
  const chosen = (choice: ToolChoice) => notes.note({ path, value: choice });
  if (value === "auto" || value === "none" || value === "required")
    return { field: chosen({ kind: value }), allowed: null };
  switch (record["type"]) {
    case "allowed_tools": {
      const kind = record["mode"] === "required" ? "required" : "auto";
      const names = source
        .member("tools")
        .items()
        .map((tool) => nameOf(tool.record) ?? "");
      return { field: chosen({ kind }), allowed: new Set(names) };
    }
    case "function":
    case "custom": {
      const name = nameOf(record);
      if (name === null) notes.refuse(`${path}.name must be a text`);
      return { field: chosen({ kind: "tool", name: name ?? "" }), allowed: null };
    }
    default:
      if (!isRecord(value))
        notes.refuse(`${path} must be "none", "auto", "required" or an object with a type`);
      // A tool that the server itself runs.
      notes.note({ path });
      return noChoice;
  }
}

/** Of a tool, as servers know it. */
function nameOf(tool: JsonRecord): string | null {
  const name = textMember(tool, "name");
  return name === null ? null : flatName(textMember(tool, "namespace"), name);
}
