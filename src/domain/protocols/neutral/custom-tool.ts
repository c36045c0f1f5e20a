// OpenAI's custom tools, which take any text: to servers that know functions only they are functions of one text.
import { isRecord, parseJson } from "../../bytes/json.ts";
import { jsonText, RawJson } from "../../bytes/json-written.ts";
import type { TextGrammar } from "./request.ts";

/** The arguments of such a function. */
export const customParameters = new RawJson(
  '{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}',
);

/** What the model reads of it: its author's words, and in words what its text must be like. */
export function customDescription(
  described: string | null,
  grammar: TextGrammar | null,
): string | null {
  const rule =
    grammar === null
      ? null
      : `The input must follow this ${grammar.syntax} grammar:\n${grammar.definition}`;
  const words = [described, rule].filter((text) => text !== null).join("\n\n");
  return words === "" ? null : words;
}

/** A call's text as the arguments of the function. */
export function customArguments(input: string): string {
  return jsonText({ input });
}

/** What was meant for the tool, of the arguments of the function. */
export function customInput(given: string): string {
  const read = parseJson(given);
  const input = isRecord(read) ? read["input"] : undefined;
  return typeof input === "string" ? input : given;
}
