// Tools of a neutral request, and which of them may be called, as Anthropic's.
import type { WrittenObject } from "../../bytes/json-written.ts";
import { objectSchema } from "../neutral/object-schema.ts";
import type { PlacedFields } from "../neutral/placed-fields.ts";
import { calledNames, type ToolNames } from "../neutral/tool-names.ts";
import { markOf } from "./block-writer.ts";
import type { ClaudeTraits } from "./claude-traits.ts";
import type { ConversationRequest, RequestTool, ToolChoice } from "../neutral/request.ts";

/** The fields `tools` and `tool_choice`, where there is something for them. */
export function writeTools(
  { messages, tools, settings }: ConversationRequest,
  names: ToolNames,
  { forcedTools }: ClaudeTraits,
  placed: PlacedFields,
): WrittenObject {
  const { toolChoice, parallelCalls } = settings;
  if (tools === null || tools.list.length === 0) {
    // Nothing can be called: neither field asks for anything.
    if (toolChoice?.value.kind === "auto" || toolChoice?.value.kind === "none")
      placed.place(toolChoice);
    if (parallelCalls !== null) placed.place(parallelCalls);
    return calledBefore(messages, names);
  }
  placed.place(tools);
  for (const tool of tools.list) placed.place(tool);
  const forces = toolChoice?.value.kind === "required" || toolChoice?.value.kind === "tool";
  const refused = forces && !forcedTools;
  if (toolChoice !== null && !refused) placed.place(toolChoice);
  if (parallelCalls !== null) placed.place(parallelCalls);
  const choice = refused ? null : (toolChoice?.value ?? null);
  const one = parallelCalls?.value === false && choice?.kind !== "none";
  const wanted = choice ?? (one ? { kind: "auto" as const } : null);
  return {
    tools: tools.list.map((tool) => ({
      ...writeTool(tool, names),
      ...markOf(tool.cache, placed),
    })),
    tool_choice:
      wanted === null
        ? undefined
        : { ...writeChoice(wanted, names), disable_parallel_tool_use: one ? true : undefined },
  };
}

function writeTool(
  { name, description, parameters, strict }: RequestTool,
  names: ToolNames,
): WrittenObject {
  return {
    name: names.theirs(name),
    description: description ?? undefined,
    input_schema: objectSchema(parameters),
    strict: strict ?? undefined,
  };
}

function writeChoice(choice: ToolChoice, names: ToolNames): WrittenObject {
  switch (choice.kind) {
    case "auto":
    case "none":
      return { type: choice.kind };
    case "required":
      return { type: "any" };
    case "tool":
      return { type: "tool", name: names.theirs(choice.name) };
  }
}

/** Anthropic takes no calls and results back where no tools are declared: those called before, of which none may be called now. */
function calledBefore(messages: ConversationRequest["messages"], names: ToolNames): WrittenObject {
  const called = new Set(calledNames(messages));
  if (called.size === 0) return {};
  const tools = [...called].map((name) => ({
    name: names.theirs(name),
    input_schema: objectSchema(null),
  }));
  return { tools, tool_choice: { type: "none" } };
}
