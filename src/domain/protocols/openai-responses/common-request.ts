// Whether a request to Responses holds only what every server that speaks it has. Most that people run have
// texts, images and functions; what else OpenAI's own has, they refuse, or leave out in silence.
import { isRecord, type JsonRecord } from "../../bytes/json.ts";

/** Decided once for a request, however many servers it may go to. */
const decided = new WeakMap<JsonRecord, boolean>();

/**
 * What refers to earlier answers (`previous_response_id`, `item_reference`) does not count: whether a server
 * has those is not a question of what it implements. Nor do settings, which servers refuse or heed by themselves.
 * @param request as it was parsed
 */
export function isCommonRequest(request: JsonRecord): boolean {
  let isCommon = decided.get(request);
  if (isCommon === undefined) {
    isCommon = holdsOnlyCommon(request);
    decided.set(request, isCommon);
  }
  return isCommon;
}

function holdsOnlyCommon(request: JsonRecord): boolean {
  const { input, tools, tool_choice: choice, background } = request;
  return (
    background !== true &&
    saysNothing(request["conversation"]) &&
    !isRecord(request["prompt"]) &&
    isCommonChoice(choice) &&
    every(tools, isFunction) &&
    every(input, isCommonItem)
  );
}

function saysNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Of a list; what is none, its server judges. */
function every(list: unknown, holds: (entry: JsonRecord) => boolean): boolean {
  return (
    !Array.isArray(list) ||
    (list as readonly unknown[]).every((one) => !isRecord(one) || holds(one))
  );
}

function isFunction({ type, defer_loading: isDeferred }: JsonRecord): boolean {
  return (type === undefined || type === "function") && isDeferred !== true;
}

function isCommonChoice(choice: unknown): boolean {
  return !isRecord(choice) || choice["type"] === "function";
}

function isCommonItem({ type, content, output, namespace }: JsonRecord): boolean {
  switch (type) {
    case undefined:
    case "message":
      return every(content, isTextOrImage);
    case "function_call":
      return saysNothing(namespace);
    case "function_call_output":
      return every(output, isTextOrImage);
    case "item_reference":
      return true;
    default:
      return false;
  }
}

const commonParts: ReadonlySet<unknown> = new Set([
  "input_text",
  "output_text",
  "text",
  "refusal",
  "input_image",
]);

function isTextOrImage({ type }: JsonRecord): boolean {
  return commonParts.has(type);
}
