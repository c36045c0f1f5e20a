// What a response says again of its request, in full: clients' schemas want every field, and in its type.
import { isRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import {
  inOrder,
  ownNumber,
  type RawJson,
  type Written,
  type WrittenObject,
} from "../../bytes/json-written.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number";
const isOneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);

/** Fields, what they may be, and what holds where nothing was said, or something that they cannot be. */
const fields: readonly (readonly [key: string, fits: Check, usual: Written])[] = [
  ["instructions", isText, null],
  ["max_output_tokens", Number.isInteger, null],
  ["max_tool_calls", Number.isInteger, null],
  ["metadata", isRecord, {}],
  ["parallel_tool_calls", isFlag, true],
  ["prompt_cache_key", isText, null],
  ["safety_identifier", isText, null],
  // `auto` is a wish, not what was served.
  ["service_tier", (value) => isText(value) && value !== "auto", "default"],
  ["temperature", isNumber, ownNumber(1)],
  ["top_logprobs", Number.isInteger, ownNumber(0)],
  ["top_p", isNumber, ownNumber(1)],
  ["presence_penalty", isNumber, ownNumber(0)],
  ["frequency_penalty", isNumber, ownNumber(0)],
  ["truncation", isOneOf("auto", "disabled"), "disabled"],
  ["user", isText, null],
];

const isVerbosity = isOneOf("low", "medium", "high");
const isEffort = isOneOf("none", "minimal", "low", "medium", "high", "xhigh", "max");
const isSummary = isOneOf("auto", "concise", "detailed");

/** @param asked the request; null: nothing is known of it */
export function askedAgain(asked: JsonSource | null): WrittenObject {
  const reasoning = asked?.member("reasoning") ?? null;
  const held = fields.map(([key, fits, usual]) => [key, given(asked, key, fits) ?? usual]);
  return {
    ...(Object.fromEntries(held) as WrittenObject),
    reasoning: {
      effort: given(reasoning, "effort", isEffort) ?? null,
      summary: given(reasoning, "summary", isSummary) ?? null,
    },
    text: textOf(asked?.member("text") ?? null),
    tools: asked?.member("tools").items().filter(holdsRecord).map(toolOf) ?? [],
    tool_choice: choiceOf(asked?.member("tool_choice") ?? null),
  };
}

/** As its author wrote it; undefined where nothing fitting was said. */
function given(source: JsonSource | null, key: string, fits: Check): RawJson | undefined {
  return source !== null && fits(source.record[key]) ? source.member(key).raw() : undefined;
}

function textOf(text: JsonSource | null): WrittenObject {
  const format = text?.member("format") ?? null;
  return {
    format: format === null ? plainText : formatOf(format),
    verbosity: given(text, "verbosity", isVerbosity) ?? "medium",
  };
}

const plainText = { type: "text" };

function formatOf(format: JsonSource): Written {
  switch (format.record["type"]) {
    case "json_object":
      return format.raw();
    case "json_schema":
      return filled(format, { name: "", description: null, schema: null, strict: false });
    default:
      return plainText;
  }
}

function toolOf(tool: JsonSource): Written {
  const isFunction = (tool.record["type"] ?? "function") === "function";
  return isFunction
    ? filled(tool, { type: "function", description: null, parameters: null, strict: null })
    : tool.raw();
}

const isChoiceWord = isOneOf("auto", "none", "required");
const isChoice = isOneOf("function", "custom");

/** A wish for a tool that OpenAI's servers run was not heeded. */
function choiceOf(choice: JsonSource | null): Written {
  if (choice === null) return "auto";
  const { value, record } = choice;
  if (record["type"] === "allowed_tools") return filled(choice, { mode: "auto" });
  return isChoiceWord(value) || isChoice(record["type"]) ? choice.raw() : "auto";
}

/** What was said, and for what was not, the usual. */
function filled(source: JsonSource, wanted: Readonly<Record<string, Written>>): RawJson {
  const members = new Map<string, Written>();
  for (const key of source.keys()) {
    const usual = source.record[key] === null ? wanted[key] : undefined;
    members.set(key, usual ?? source.member(key).raw());
  }
  for (const [key, value] of Object.entries(wanted)) if (!members.has(key)) members.set(key, value);
  return inOrder(members);
}

function holdsRecord({ value }: JsonSource): boolean {
  return isRecord(value);
}
