// What OpenAI's Responses refuse of a request, in its own words, as far as a translation can go wrong.
import { isRecord, type JsonRecord } from "../../src/domain/bytes/json.ts";

export interface ResponsesRefusal {
  readonly message: string;
  readonly code: string | null;
}

/**
 * @param body of a request to /v1/responses, which keeps nothing
 * @param sealed encrypted contents that the server has given out; reasoning comes back with one of them only
 * @returns what the 400 says; null where the request is fine
 */
export function responsesRefusal(
  body: unknown,
  sealed: ReadonlySet<string> = new Set(),
): ResponsesRefusal | null {
  try {
    checkRequest(recordOf(body, "body"), sealed);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return { message: error.message, code: error.code };
    throw error;
  }
}

class Refusal extends Error {
  readonly code: string | null;

  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

function refuse(message: string, code: string | null = null): never {
  throw new Refusal(message, code);
}

const requestFields =
  "model! input! instructions tools tool_choice parallel_tool_calls max_output_tokens max_tool_calls temperature " +
  "top_p top_logprobs include reasoning text stream store! metadata service_tier prompt_cache_key " +
  "prompt_cache_options prompt_cache_retention moderation safety_identifier user truncation";

function checkRequest(request: JsonRecord, sealed: ReadonlySet<string>): void {
  members(request, "", requestFields);
  if (request["store"] !== false) refuse("store must be false: nothing is kept here");
  const limit = request["max_output_tokens"] ?? 16;
  if (typeof limit !== "number" || limit < 16)
    refuse(
      `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16.`,
      "integer_below_min_value",
    );
  const include = listOf(request["include"], "include");
  if (!include.includes("reasoning.encrypted_content"))
    refuse("what is not kept here has to be asked for");
  for (const one of include)
    if (one !== "reasoning.encrypted_content" && one !== "message.output_text.logprobs")
      refuse(`Invalid value: '${String(one)}'.`);
  checkSettings(request);
  checkTools(request);
  checkItems(listOf(request["input"], "input"), sealed);
}

function checkSettings(request: JsonRecord): void {
  if (request["reasoning"] !== undefined) {
    const reasoning = recordOf(request["reasoning"], "reasoning");
    members(reasoning, "reasoning.", "effort summary");
    oneOf(reasoning["effort"], "reasoning.effort", "none minimal low medium high xhigh");
    oneOf(reasoning["summary"], "reasoning.summary", "auto concise detailed");
  }
  if (request["text"] === undefined) return;
  const text = recordOf(request["text"], "text");
  members(text, "text.", "format verbosity");
  oneOf(text["verbosity"], "text.verbosity", "low medium high");
  if (text["format"] === undefined) return;
  const format = recordOf(text["format"], "text.format");
  const schema = format["type"] === "json_schema";
  members(format, "text.format.", schema ? "type! name! description schema! strict" : "type!");
  oneOf(format["type"], "text.format.type", "text json_object json_schema");
  if (schema) pattern(format["name"], "text.format.name");
  if (format["strict"] === true) closed(format["schema"], "text.format.schema");
}

function checkTools(request: JsonRecord): void {
  const tools = request["tools"] === undefined ? [] : listOf(request["tools"], "tools");
  const named = new Set<unknown>();
  for (const [at, held] of tools.entries()) {
    const place = `tools[${at}].`;
    const tool = recordOf(held, `tools[${at}]`);
    switch (tool["type"]) {
      case "function":
        members(tool, place, "type! name! description parameters! strict!");
        if (recordOf(tool["parameters"], `${place}parameters`)["type"] !== "object")
          refuse(
            `Invalid schema for function '${String(tool["name"])}': schema must be of type 'object'`,
          );
        if (tool["strict"] === true) closed(tool["parameters"], `${place}parameters`);
        break;
      case "custom":
        members(tool, place, "type! name! description format");
        break;
      case "web_search":
        members(tool, place, "type! search_context_size user_location filters");
        continue;
      default:
        refuse(`Invalid value: '${String(tool["type"])}'.`);
    }
    pattern(tool["name"], `${place}name`);
    named.add(tool["name"]);
  }
  const choice = request["tool_choice"];
  if (choice === undefined || choice === "auto" || choice === "none") return;
  if (tools.length === 0) refuse("'tool_choice' is only allowed when 'tools' are specified.");
  if (choice === "required") return;
  const { type, name } = recordOf(choice, "tool_choice");
  if ((type !== "function" && type !== "custom") || !named.has(name))
    refuse("Tool choice not found in 'tools' parameter.");
}

function checkItems(items: readonly unknown[], sealed: ReadonlySet<string>): void {
  const calls = new Map<unknown, unknown>();
  const open = new Set<unknown>();
  let reasoned = false;
  for (const [at, held] of items.entries()) {
    const place = `input[${at}].`;
    const item = recordOf(held, `input[${at}]`);
    const { type = "message", call_id: id } = item;
    switch (type) {
      case "message":
        if (reasoned && item["role"] !== "assistant") unfollowed(at);
        checkMessage(item, place);
        break;
      case "reasoning":
        members(item, place, "type! summary! content encrypted_content");
        checkReasoning(item, place, sealed);
        break;
      case "function_call":
      case "custom_tool_call":
        members(
          item,
          place,
          `type! call_id! name! ${type === "function_call" ? "arguments!" : "input!"}`,
        );
        callId(id, place);
        pattern(item["name"], `${place}name`);
        stringOf(item[type === "function_call" ? "arguments" : "input"], `${place}arguments`);
        if (calls.has(id)) refuse(`${place}call_id: there are two calls ${String(id)}`);
        calls.set(id, type);
        open.add(id);
        break;
      case "function_call_output":
      case "custom_tool_call_output":
        if (reasoned) unfollowed(at);
        members(item, place, "type! call_id! output!");
        callId(id, place);
        if (!open.delete(id) || `${String(calls.get(id))}_output` !== type)
          refuse(`No tool call found for function call output with call_id ${String(id)}.`);
        if (typeof item["output"] !== "string")
          parts(item["output"], `${place}output`, "input_text input_image input_file");
        break;
      default:
        refuse(`Invalid value: '${String(type)}'.`);
    }
    reasoned = type === "reasoning";
  }
  if (reasoned) unfollowed(items.length);
  for (const id of open) refuse(`No tool output found for function call ${String(id)}.`);
}

function unfollowed(at: number): never {
  refuse(
    `Item 'input[${at - 1}]' of type 'reasoning' was provided without its required following item.`,
  );
}

function checkMessage(item: JsonRecord, place: string): void {
  members(item, place, "type role! content!");
  oneOf(item["role"], `${place}role`, "user assistant system developer");
  const { role, content } = item;
  if (typeof content === "string") return;
  parts(
    content,
    `${place}content`,
    role === "assistant" ? "output_text refusal" : "input_text input_image input_file",
  );
}

function checkReasoning(item: JsonRecord, place: string, sealed: ReadonlySet<string>): void {
  parts(item["summary"], `${place}summary`, "summary_text");
  const { encrypted_content: data, content } = item;
  if (content !== undefined) parts(content, `${place}content`, "reasoning_text");
  if (data === undefined && content !== undefined) return;
  if (!sealed.has(stringOf(data, `${place}encrypted_content`)))
    refuse(
      `The encrypted content ${String(data).slice(0, 4)}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.`,
      "invalid_encrypted_content",
    );
}

const partFields: Readonly<Record<string, string>> = {
  input_text: "type! text!",
  output_text: "type! text! annotations",
  summary_text: "type! text!",
  reasoning_text: "type! text!",
  refusal: "type! refusal!",
  input_image: "type! image_url! detail",
  input_file: "type! filename file_data file_url",
};

function parts(value: unknown, place: string, types: string): void {
  for (const [at, held] of listOf(value, place).entries()) {
    const part = recordOf(held, `${place}[${at}]`);
    oneOf(part["type"], `${place}[${at}].type`, types);
    members(part, `${place}[${at}].`, partFields[String(part["type"])]!);
    for (const [key, said] of Object.entries(part))
      if (key !== "annotations") stringOf(said, `${place}[${at}].${key}`);
    const url = part["image_url"] ?? part["file_url"] ?? part["file_data"] ?? "https:";
    if (typeof url !== "string" || !/^(https?:|data:[^;,]+;base64,)/.test(url))
      refuse(
        `Invalid '${place}[${at}]'. Expected a valid URL, but got a value with an invalid format.`,
      );
  }
}

/** Refuses members that are not known, and the absence of those that are required (with a `!`). */
function members(record: JsonRecord, place: string, known: string): void {
  const names = known.split(" ");
  for (const name of names)
    if (name.endsWith("!") && record[name.slice(0, -1)] === undefined)
      refuse(
        `Missing required parameter: '${place}${name.slice(0, -1)}'.`,
        "missing_required_parameter",
      );
  const plain = new Set(names.map((name) => name.replace("!", "")));
  for (const key of Object.keys(record))
    if (!plain.has(key)) refuse(`Unknown parameter: '${place}${key}'.`, "unknown_parameter");
}

function callId(value: unknown, place: string): void {
  if (stringOf(value, `${place}call_id`).length > 64 || value === "")
    refuse(`Invalid '${place}call_id': string too long. Expected a string with maximum length 64.`);
}

function pattern(value: unknown, place: string): void {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(stringOf(value, place)))
    refuse(
      `Invalid '${place}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
    );
}

function oneOf(value: unknown, place: string, words: string): void {
  if (value === undefined) return;
  const word = stringOf(value, place);
  if (!words.split(" ").includes(word))
    refuse(`Invalid value: '${word}' for '${place}'. Supported values are: ${words}.`);
}

/** OpenAI's rule for strict schemas. */
function closed(schema: unknown, place: string): void {
  if (!isRecord(schema) || schema["type"] !== "object") return;
  const { properties, required } = schema;
  const all = isRecord(properties) ? Object.keys(properties) : [];
  const wanted: readonly unknown[] = Array.isArray(required) ? required : [];
  if (schema["additionalProperties"] !== false)
    refuse(`Invalid schema at ${place}: 'additionalProperties' is required to be false.`);
  if (!all.every((key) => wanted.includes(key)))
    refuse(`Invalid schema at ${place}: 'required' must include every key in properties.`);
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(`Invalid type for '${place}': expected an array.`);
  return value;
}

function recordOf(value: unknown, place: string): JsonRecord {
  if (!isRecord(value)) refuse(`Invalid type for '${place}': expected an object.`);
  return value;
}

function stringOf(value: unknown, place: string): string {
  if (typeof value !== "string") refuse(`Invalid type for '${place}': expected a string.`);
  return value;
}
