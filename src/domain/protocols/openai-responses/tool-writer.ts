// Tools of a neutral request, and which of them may be called, as those of Responses.
import { RawJson, type WrittenObject } from "../../bytes/json-written.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import type { ConversationRequest, RequestTool, ToolChoice } from "../neutral/request.ts";
import type { ToolNames } from "../neutral/tool-names.ts";
import type { ServerTraits } from "../server-traits.ts";
import { takenSchema } from "../taken-schema.ts";

/** The fields `tools`, `tool_choice` and `parallel_tool_calls`, where there is something for them. */
export function writeTools(
  { tools, settings: { toolChoice, parallelCalls } }: ConversationRequest,
  names: ToolNames,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  if (tools === null || tools.list.length === 0) {
    // Nothing can be called: neither field asks for anything.
    if (toolChoice?.value.kind === "auto" || toolChoice?.value.kind === "none")
      placed.place(toolChoice);
    if (parallelCalls !== null) placed.place(parallelCalls);
    return {};
  }
  const { list } = tools;
  placed.place(tools);
  const choice = toolChoice?.value ?? null;
  const isListed = (one: ToolChoice) =>
    one.kind !== "tool" || list.some(({ name }) => name === one.name);
  // A choice among others than these is refused.
  const chosen = choice !== null && isListed(choice) ? choice : null;
  if (toolChoice !== null && chosen !== null) placed.place(toolChoice);
  const saysParallel = parallelCalls !== null && !traits.refuses.has("parallel_tool_calls");
  if (saysParallel) placed.place(parallelCalls);
  return {
    tools: list.map((tool) => writeTool(tool, names, traits, placed)),
    tool_choice: chosen === null ? undefined : writeChoice(chosen, names),
    parallel_tool_calls: saysParallel ? parallelCalls.value : undefined,
  };
}

/** A schema that is not said to be strict is made so here, and then allows other arguments. */
function writeTool(
  { path, name, description, parameters, strict }: RequestTool,
  names: ToolNames,
  traits: ServerTraits,
  placed: PlacedFields,
): WrittenObject {
  const loose = strict === true && traits.refuses.has("strict");
  if (loose) placed.drop(`${path}.strict`);
  return {
    type: "function",
    name: names.theirs(name),
    description: description ?? undefined,
    parameters: parameters === null ? anything : takenSchema(parameters, path, traits, placed),
    strict: strict === true && !loose,
  };
}

const anything = new RawJson('{"type":"object","properties":{}}');

function writeChoice(choice: ToolChoice, names: ToolNames): WrittenObject | string {
  return choice.kind === "tool"
    ? { type: "function", name: names.theirs(choice.name) }
    : choice.kind;
}
