// What a request asks for beside its conversation: parameters and the tools it offers.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { broughtTools, fullName, toolsIn } from "./response-items.ts";
import { asJson, textOrNull } from "./turn.ts";
import type { OfferedTool, Parameter } from "./turn.ts";

/** Fields that the conversation shows, or that stand in the row. */
const shownElsewhere: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "input",
  "prompt",
  "suffix",
  "system",
  "instructions",
  "images",
  "tools",
  "functions",
  "previous_response_id",
]);

const mostParameters = 60;
/** Of a value; an Ollama `context` has thousands of numbers. */
const longestValue = 1_000;

/** Fields of the request in its order, a text as it is, anything else as JSON. */
export function parametersOf(request: JsonRecord): readonly Parameter[] {
  return Object.entries(request)
    .filter(([name, value]) => !shownElsewhere.has(name) && value !== undefined)
    .slice(0, mostParameters)
    .map(([name, value]) => {
      const text = typeof value === "string" ? value : asJson(value);
      const isCut = text.length > longestValue;
      return { name, value: isCut ? `${text.slice(0, longestValue)}…` : text };
    });
}

/** Tools a request offers; those without a name by their type. */
export function offeredTools(request: JsonRecord): readonly OfferedTool[] {
  const { tools, functions, input } = request;
  return [...toolsIn(tools), ...toolsIn(functions), ...broughtTools(input)].flatMap((tool) => {
    const detail = isRecord(tool["function"]) ? tool["function"] : tool;
    const full = fullName(detail);
    const name = full === "" ? (textOrNull(tool["type"]) ?? "") : full;
    const schema = detail["parameters"] ?? detail["input_schema"];
    return name === ""
      ? []
      : {
          name,
          description: textOrNull(detail["description"]),
          schema: schema === undefined ? null : asJson(schema),
        };
  });
}
