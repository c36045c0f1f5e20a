// The tools of Anthropic's clients, and which of them shall be called, read into neutral ones.
import { isRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { inOrder, type RawJson } from "../../bytes/json-written.ts";
import type {
  GenerationSettings,
  RequestTool,
  RequestTools,
  ToolChoice,
  ValueField,
} from "../neutral/request.ts";
import {
  RecordReader,
  type RequestNotes,
  saysNothing,
  takeCache,
} from "../neutral/request-notes.ts";
import type { BlockNotes } from "./block-reader.ts";
import { typedTool } from "./typed-tools.ts";

/** @param notes those of the messages, which have been read: they bring deferred tools into play, and new ones */
export function readTools(reader: RecordReader, notes: BlockNotes): RequestTools | null {
  const tools = reader.take("tools");
  const value = saysNothing(tools.value) ? [] : tools.value;
  if (!Array.isArray(value) || !(value as readonly unknown[]).every(isRecord)) {
    notes.refuse("tools must be a list of objects");
    return null;
  }
  const given = [...tools.items(), ...notes.defined];
  const list = given.flatMap((tool, index) => readTool(tool, `tools[${index}]`, notes));
  return list.length === 0 ? null : notes.note({ path: "tools", list, asChat: null });
}

/** None where no other protocol has it: it is named by its type. */
function readTool(source: JsonSource, named: string, notes: BlockNotes): readonly RequestTool[] {
  const reader = new RecordReader(source, "tools.", notes);
  const type = reader.takeText("type") ?? "custom";
  const typed = typedTool(type);
  const schema = reader.take("input_schema");
  if (typed === null && type !== "custom" && !isRecord(schema.value)) {
    notes.note({ path: `tools.${type}` });
    return [];
  }
  const name = reader.takeText("name");
  if (name === null) notes.refuse(`${named}.name must be a text`);
  if (typed === null && !isRecord(schema.value))
    notes.refuse(`${named}.input_schema must be an object`);
  const deferred = reader.take("defer_loading").value === true;
  const description = reader.takeText("description") ?? typed?.description ?? null;
  const strict = reader.take("strict").value;
  for (const [key, usual] of usuals) if (usual(reader.record[key])) reader.take(key);
  const cache = takeCache(reader, notes);
  reader.close();
  if (deferred && !notes.referred.has(name ?? "")) {
    notes.note({ path: "tools.defer_loading" });
    return [];
  }
  const tool: RequestTool = {
    path: "tools",
    name: name ?? "",
    description,
    parameters: typed?.parameters ?? (isRecord(schema.value) ? ofObject(schema) : null),
    strict: typeof strict === "boolean" ? strict : null,
  };
  return [cache === undefined ? tool : { ...tool, cache }];
}

/** Fields, and what they hold where they ask for nothing. */
const usuals: readonly (readonly [key: string, usual: (value: unknown) => boolean])[] = [
  ["eager_input_streaming", (value) => value === false],
  ["allowed_callers", (value) => Array.isArray(value) && value.includes("direct")],
];

/** A schema that says what it is of; its keys stay in their order, which models follow. */
function ofObject(schema: JsonSource): RawJson {
  if (schema.record["type"] !== undefined) return schema.raw();
  const members = schema.keys().map((key) => [key, schema.member(key).raw()] as const);
  return inOrder([["type", "object"], ...members]);
}

/** @param tools those that can be carried */
export function readToolChoice(
  reader: RecordReader,
  tools: RequestTools | null,
  notes: RequestNotes,
): Pick<GenerationSettings, "toolChoice" | "parallelCalls"> {
  const source = reader.take("tool_choice");
  if (saysNothing(source.value)) return { toolChoice: null, parallelCalls: null };
  const choice = new RecordReader(source, "tool_choice.", notes);
  const value = choiceOf(choice, notes);
  const alone = choice.take("disable_parallel_tool_use").value === true;
  choice.close();
  const forced = value.kind === "tool" && tools?.list.every(({ name }) => name !== value.name);
  const toolChoice: ValueField<ToolChoice> = {
    path: "tool_choice",
    value,
    essential: value.kind === "tool" && (tools === null || forced === true),
  };
  // Without tools, wishes for them ask for nothing.
  if (tools === null && value.kind !== "tool" && value.kind !== "required")
    return { toolChoice: null, parallelCalls: null };
  return {
    toolChoice: notes.note(toolChoice),
    parallelCalls: alone
      ? notes.note({ path: choice.path("disable_parallel_tool_use"), value: false })
      : null,
  };
}

function choiceOf(choice: RecordReader, notes: RequestNotes): ToolChoice {
  const type = choice.take("type").value;
  switch (type) {
    case "auto":
    case "none":
      return { kind: type };
    case "any":
      return { kind: "required" };
    case "tool": {
      const name = textMember(choice.record, "name");
      choice.take("name");
      if (name === null) notes.refuse("tool_choice.name must be a text");
      return { kind: "tool", name: name ?? "" };
    }
    default:
      notes.refuse('tool_choice.type must be "auto", "any", "tool" or "none"');
      return { kind: "auto" };
  }
}
