// The items of Responses that are no messages, as parts of a turn: calls, their results, reasoning, what servers' own tools did.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { toolResult } from "./message-blocks.ts";
import { bareImage, contentParts, toolCallPart } from "./parts.ts";
import { asJson, listOf, textOrNull } from "./turn.ts";
import type { TurnPart } from "./turn.ts";

/** @param type the item's; what nobody has words for comes as JSON */
export function itemParts(type: string, item: JsonRecord): readonly TurnPart[] {
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  return reader?.(item) ?? [{ kind: "other", type, json: asJson(item) }];
}

/** A tool's name with the namespace that it was declared in. */
export function fullName({ name, namespace }: JsonRecord): string {
  const space = textOrNull(namespace);
  const own = textOrNull(name) ?? "";
  return space === null ? own : `${space}.${own}`;
}

/** The tools in a list, those of a namespace one by one, and those that items of an input bring. */
export function toolsIn(list: unknown, namespace: string | null = null): readonly JsonRecord[] {
  return listOf(list)
    .filter(isRecord)
    .flatMap((tool) => {
      const { type, tools, name } = tool;
      if (type === "namespace") return toolsIn(tools, textOrNull(name));
      return namespace === null ? tool : { ...tool, namespace };
    });
}

/** The lists of tools that items of an input bring. */
export function broughtTools(input: unknown): readonly JsonRecord[] {
  return listOf(input)
    .filter(isRecord)
    .filter(({ type }) => type === "additional_tools" || type === "tool_search_output")
    .flatMap(({ tools }) => toolsIn(tools));
}

type ItemReader = (item: JsonRecord) => readonly TurnPart[];

const readers: Readonly<Record<string, ItemReader>> = {
  function_call: named,
  custom_tool_call: named,
  function_call_output: result,
  custom_tool_call_output: result,
  reasoning({ summary, content, encrypted_content: sealed }) {
    const shown = [...contentParts(summary), ...contentParts(content)];
    return shown.length === 0 && textOrNull(sealed) !== null
      ? [{ kind: "thinking", text: "(withheld by the provider)" }]
      : shown;
  },
  local_shell_call: ofType("local_shell", ({ action }) => action),
  local_shell_call_output: result,
  shell_call: ofType("shell", ({ action }) => action),
  shell_call_output: result,
  apply_patch_call: ofType("apply_patch", ({ operation }) => operation),
  apply_patch_call_output: result,
  computer_call: ofType("computer", ({ action, actions }) => actions ?? action),
  computer_call_output: result,
  web_search_call: ofType("web_search", ({ action }) => action),
  file_search_call: (item) => [
    call("file_search", item, item["queries"]),
    ...brought(item, item["results"]),
  ],
  code_interpreter_call: (item) => [
    call("code_interpreter", item, item["code"]),
    ...brought(item, item["outputs"]),
  ],
  mcp_call: (item) => [
    call(fullName({ ...item, namespace: item["server_label"] }), item, item["arguments"]),
    ...brought(item, item["error"] ?? item["output"]),
  ],
  image_generation_call: ({ result: image }) => [bareImage(image)],
  tool_search_call: ofType("tool_search", (item) => item["arguments"]),
  tool_search_output: (item) => {
    const names = toolsIn(item["tools"]).map(fullName);
    return toolResult(idOf(item), names.join(", "), false, contentParts);
  },
  // They are listed among those that the request offers.
  additional_tools: () => [],
};

function idOf(item: JsonRecord): string | null {
  return textOrNull(item["call_id"]) ?? textOrNull(item["id"]);
}

function named(item: JsonRecord): readonly TurnPart[] {
  return [toolCallPart({ ...item, id: idOf(item), name: fullName(item) })];
}

function ofType(name: string, given: (item: JsonRecord) => unknown): ItemReader {
  return (item) => [call(name, item, given(item))];
}

function call(name: string, item: JsonRecord, given: unknown): TurnPart {
  return toolCallPart({ id: idOf(item), name, arguments: given ?? {} });
}

function result(item: JsonRecord): readonly TurnPart[] {
  const failed = item["status"] === "failed";
  return toolResult(idOf(item), printed(item["output"]), failed, contentParts);
}

/** Where a server's own tool says what it brought. */
function brought(item: JsonRecord, what: unknown): readonly TurnPart[] {
  if (what === undefined || what === null) return [];
  const failed = item["status"] === "failed" || (item["error"] ?? null) !== null;
  return toolResult(idOf(item), what, failed, contentParts);
}

/** What commands printed, as text; anything else as it is. */
function printed(output: unknown): unknown {
  const runs = listOf(output).filter(isRecord);
  if (runs.length === 0 || !runs.every(({ stdout }) => typeof stdout === "string")) return output;
  const texts = runs.flatMap(({ stdout, stderr }) => [textOrNull(stdout), textOrNull(stderr)]);
  return texts.filter((text) => text !== null).join("\n");
}
