// Tools of a neutral request, and which of them may be called, as those of Responses.
import { isRecord, parseJson } from "../../bytes/json.ts";
import { bodySource } from "../../bytes/json-source.ts";
import { inOrder, type WrittenObject } from "../../bytes/json-written.ts";
import { objectSchema } from "../neutral/object-schema.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type {
  ConversationRequest,
  CustomTool,
  OpenAiSetting,
  RequestTool,
} from "../neutral/request.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import type { ServerTraits } from "../server-traits.ts";
import { takenSchema } from "../taken-schema.ts";

/** The fields `tools`, `tool_choice` and `parallel_tool_calls`, where there is something for them. */
export function writeTools(
  { tools, settings: { toolChoice, parallelCalls, openAi } }: ConversationRequest,
  names: ToolNames,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const list = tools?.list ?? [];
  const search = searchTool(openAi ?? [], placed);
  if (list.length === 0) {
    // Nothing that the client runs can be called: neither field asks for anything.
    if (toolChoice?.value.kind === "auto" || toolChoice?.value.kind === "none")
      placed.place(toolChoice);
    if (parallelCalls !== null) placed.place(parallelCalls);
  }
  if (tools !== null) placed.place(tools);
  const saysParallel =
    list.length > 0 && parallelCalls !== null && !traits.refuses.has("parallel_tool_calls");
  if (saysParallel) placed.place(parallelCalls);
  const written = [...list.map((tool) => writeTool(tool, names, traits, placed)), ...search];
  return {
    tools: written.length === 0 ? undefined : written,
    tool_choice: choiceAmong(list, toolChoice, names, placed),
    parallel_tool_calls: saysParallel ? parallelCalls.value : undefined,
  };
}

/** A choice among others than these is refused, and so not sent. */
function choiceAmong(
  list: readonly RequestTool[],
  field: ConversationRequest["settings"]["toolChoice"],
  names: ToolNames,
  placed: PlacedFields,
): WrittenObject | string | undefined {
  if (field === null || list.length === 0) return undefined;
  const { value } = field;
  if (value.kind !== "tool") {
    placed.place(field);
    return value.kind;
  }
  const tool = list.find(({ name }) => name === value.name);
  if (tool === undefined) return undefined;
  placed.place(field);
  return {
    type: tool.custom === undefined ? "function" : "custom",
    name: names.theirs(value.name),
  };
}

/** A search of the web, which a chat asks for by a setting. */
function searchTool(
  settings: readonly OpenAiSetting[],
  placed: PlacedFields,
): readonly WrittenObject[] {
  const field = settings.find(({ name }) => name === "web_search_options");
  if (field === undefined) return [];
  const options = parseJson(field.value.text);
  if (!isRecord(options)) return [];
  placed.place(field);
  const source = bodySource(new TextEncoder().encode(field.value.text), options);
  const place = source.member("user_location").member("approximate");
  const size = source.member("search_context_size");
  return [
    {
      type: "web_search",
      search_context_size: size.value === undefined ? undefined : size.raw(),
      user_location: isRecord(place.value)
        ? inOrder([
            ["type", "approximate"],
            ...place.keys().map((key) => [key, place.member(key).raw()] as const),
          ])
        : undefined,
    },
  ];
}

/** A schema that is not said to be strict is made so here, and then allows other arguments. */
function writeTool(
  { path, name, description, parameters, strict, custom }: RequestTool,
  names: ToolNames,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  if (custom !== undefined) return customTool(names.theirs(name), custom);
  const loose = strict === true && traits.refuses.has("strict");
  if (loose) placed.drop(`${path}.strict`);
  return {
    type: "function",
    name: names.theirs(name),
    description: description ?? undefined,
    parameters: takenSchema(objectSchema(parameters), path, traits, placed),
    strict: strict === true && !loose,
  };
}

function customTool(name: string, { description, grammar }: CustomTool): WrittenObject {
  return {
    type: "custom",
    name,
    description: description ?? undefined,
    format: grammar === null ? undefined : { type: "grammar", ...grammar },
  };
}
