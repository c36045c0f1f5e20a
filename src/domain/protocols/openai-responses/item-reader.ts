// The items of a Responses client's input, read one by one.
import { isRecord, textMember } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import { customArguments } from "../neutral/custom-tool.ts";
import type { RequestPart } from "../neutral/request.ts";
import { RecordReader, type RequestNotes } from "../neutral/request-notes.ts";
import { sealAt } from "../neutral/seal.ts";
import { readContent } from "./content-reader.ts";
import { textParts } from "../neutral/text-parts.ts";
import type { InputItem } from "./conversation.ts";
import { flatName } from "./declared-tools.ts";

/** What is wrong with it goes into the notes. @param named by which a refusal names it: `input[0]` */
export function readItem(
  source: JsonSource,
  named: string,
  notes: RequestNotes,
): readonly InputItem[] {
  if (!isRecord(source.value)) {
    notes.refuse(`${named} must be an object`);
    return [];
  }
  const reader = new RecordReader(source, "input.", notes);
  // Ids and states are the server's that made the item, and say nothing to another.
  for (const key of ["id", "status"]) reader.take(key);
  const type = reader.takeText("type") ?? "message";
  const item: Item = { reader, type, named, notes };
  const read = readers[type];
  if (read === undefined) {
    // What a server's own tools did shows in the text that follows.
    notes.note({ path: `input.${type}` });
    return [];
  }
  const items = read(item);
  reader.close();
  return items;
}

interface Item {
  readonly reader: RecordReader;
  readonly type: string;
  readonly named: string;
  readonly notes: RequestNotes;
}

const readers: Readonly<Record<string, (item: Item) => readonly InputItem[]>> = {
  message: readMessage,
  reasoning: readReasoning,
  function_call: (item) => readCall(item, argumentsText(item)),
  custom_tool_call: (item) => readCall(item, customArguments(item.reader.text("input"))),
  function_call_output: (item) => readResult(item),
  custom_tool_call_output: (item) => readResult(item),
  tool_search_call: readSearch,
  tool_search_output: readFound,
  // The tools are read where all are.
  additional_tools({ reader }) {
    for (const key of ["tools", "role"]) reader.take(key);
    return [];
  },
  item_reference(item) {
    const id = item.reader.takeText("id") ?? "";
    item.notes.refuse(`${item.named}: item with id '${id}' not found`);
    return [];
  },
  compaction({ reader, notes }) {
    reader.take("encrypted_content");
    notes.note({ path: "input.compaction", essential: true });
    return [];
  },
};

function readMessage({ reader, named, notes }: Item): readonly InputItem[] {
  const role = reader.takeText("role");
  const place = { named: `${named}.content`, path: "input.content" };
  const parts = readContent(reader.take("content"), place, notes);
  switch (role) {
    case "user":
      return [{ kind: "message", message: { role, parts } }];
    case "assistant":
      return parts.length === 0 ? [] : [{ kind: "said", parts }];
    case "system":
    case "developer":
      return parts.length === 0
        ? []
        : [
            {
              kind: "message",
              message: { role: "instruction", voice: "system", parts, folds: true },
            },
          ];
    default:
      notes.refuse(`${named}.role must be user, assistant, system or developer`);
      return [];
  }
}

function readReasoning({ reader, notes }: Item): readonly InputItem[] {
  const textOf = (key: string): string => {
    const texts = reader
      .take(key)
      .items()
      .map(({ record }) => textMember(record, "text") ?? "");
    return texts.join("\n\n");
  };
  const whole = textOf("content");
  const summary = textOf("summary");
  const text = whole === "" ? summary : whole;
  const sealed = reader.takeText("encrypted_content");
  const path = reader.path("encrypted_content");
  const seal = sealed === null ? null : { path, ...sealAt("signature", sealed) };
  if (seal !== null && seal.kind !== "text") notes.note(seal);
  if (text === "" && (seal === null || seal.kind === "text")) return [];
  return [said(notes.note({ kind: "reasoning", path: "input.reasoning", text, seal }))];
}

function argumentsText({ reader }: Item): string {
  const given = reader.take("arguments");
  if (typeof given.value === "string") return given.value;
  return isRecord(given.value) ? given.raw().text : "";
}

function readCall(item: Item, given: string): readonly InputItem[] {
  const { reader, type, named, notes } = item;
  const id = required(item, "call_id");
  const name = reader.takeText("name");
  if (name === null) notes.refuse(`${named}.name must be a text`);
  const called = flatName(reader.takeText("namespace"), name ?? "");
  return [said(notes.note({ kind: "call", path: `input.${type}`, id, name: called, given }))];
}

function said(part: RequestPart): InputItem {
  return { kind: "said", parts: [part] };
}

function readResult(item: Item): readonly InputItem[] {
  const { reader, named, notes } = item;
  const callId = required(item, "call_id");
  const name = reader.takeText("name");
  const place = { named: `${named}.output`, path: "input.output" };
  const parts = readContent(reader.take("output"), place, notes);
  return [{ kind: "result", message: { role: "result", callId, name, failed: null, parts } }];
}

/** A search for tools is a call like others, for servers that have none of their own. */
const searchName = "tool_search";

function readSearch(item: Item): readonly InputItem[] {
  const { reader, notes } = item;
  reader.take("execution");
  if (isServers(item)) return [];
  const id = required(item, "call_id");
  const given = argumentsText(item);
  return [
    said(notes.note({ kind: "call", path: "input.tool_search_call", id, name: searchName, given })),
  ];
}

function readFound(item: Item): readonly InputItem[] {
  const { reader, notes } = item;
  reader.take("execution");
  if (isServers(item)) {
    // They are read where all tools are.
    reader.take("tools");
    return [];
  }
  const callId = required(item, "call_id");
  const found = reader
    .take("tools")
    .items()
    .flatMap(({ record }) => textMember(record, "name") ?? []);
  const words = found.length === 0 ? "No tools were found." : `Tools found: ${found.join(", ")}`;
  const parts = textParts("input.tool_search_output", words, notes);
  const message = { role: "result", callId, name: searchName, failed: null, parts } as const;
  return [{ kind: "result", message }];
}

/** Whether a server searched by itself: nobody answers that; then it is named. */
function isServers({ reader, type, notes }: Item): boolean {
  if (reader.record["call_id"] !== null && reader.record["call_id"] !== undefined) return false;
  for (const key of ["call_id", "arguments"]) reader.take(key);
  notes.note({ path: `input.${type}` });
  return true;
}

function required({ reader, named, notes }: Item, key: string): string {
  const value = reader.takeText(key);
  if (value === null) notes.refuse(`${named}.${key} must be a text`);
  return value ?? "";
}
