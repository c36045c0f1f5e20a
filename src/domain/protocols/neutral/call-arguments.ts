// The arguments of tool calls: text all the way, looked into where a protocol wants an object.
import { isRecord, parseJson } from "../../bytes/json.ts";
import { RawJson } from "../../bytes/json-written.ts";

const noArguments = new RawJson("{}");

/**
 * Arguments as the object that they are, in the model's own text; null where they are none. A call
 * without arguments may come with no text at all, or with `null`.
 */
export function argumentsObject(given: string): RawJson | null {
  const text = given.trim();
  if (text === "") return noArguments;
  const value = parseJson(text);
  if (value === null) return noArguments;
  return isRecord(value) ? new RawJson(text) : null;
}
