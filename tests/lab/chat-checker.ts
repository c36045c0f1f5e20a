// What strict servers of chat completions refuse of a request: OpenAI's pairing of calls and results, and
// templates that take one system message, at the start.
import { isRecord, type JsonRecord, parseJson } from "../../src/domain/bytes/json.ts";

/**
 * @param body of a request to /v1/chat/completions
 * @returns the message of the 400; null where the request is fine
 */
export function chatRefusal(body: unknown): string | null {
  try {
    checkRequest(recordOf(body, "body"));
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

class Refusal extends Error {}

function refuse(message: string): never {
  throw new Refusal(message);
}

const requestFields =
  "model messages max_tokens max_completion_tokens temperature top_p top_k logprobs top_logprobs stop stream stream_options " +
  "tools tool_choice parallel_tool_calls response_format reasoning_effort chat_template_kwargs user";

function checkRequest(request: JsonRecord): void {
  members(request, "", requestFields);
  if (typeof request["model"] !== "string") refuse("you must provide a model parameter");
  const names = checkTools(request);
  checkChoice(request["tool_choice"], names);
  checkMessages(listOf(request["messages"], "messages"), names);
}

function members(record: JsonRecord, place: string, known: string): void {
  const names = new Set(known.split(" "));
  for (const [key, value] of Object.entries(record)) {
    if (!names.has(key)) refuse(`Unrecognized request argument supplied: ${place}${key}`);
    if (value === null && key !== "content") refuse(`${place}${key}: null is not a value of it`);
  }
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) refuse(`${place} must be a list, and not empty`);
  return value;
}

function recordOf(value: unknown, place: string): JsonRecord {
  if (!isRecord(value)) refuse(`${place} must be an object`);
  return value;
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== "string") refuse(`${place} must be a string`);
  return value;
}

/** @returns the names of the tools */
function checkTools({ tools }: JsonRecord): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [at, given] of (tools === undefined ? [] : listOf(tools, "tools")).entries()) {
    const tool = recordOf(given, `tools[${at}]`);
    members(tool, `tools[${at}].`, "type function");
    if (tool["type"] !== "function") refuse(`tools[${at}].type must be "function"`);
    const detail = recordOf(tool["function"], `tools[${at}].function`);
    members(detail, `tools[${at}].function.`, "name description parameters strict");
    const name = textOf(detail["name"], `tools[${at}].function.name`);
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) refuse(`Invalid 'tools[${at}].function.name'`);
    if (names.has(name)) refuse(`the tool ${name} is there twice`);
    names.add(name);
    const parameters = recordOf(detail["parameters"], `tools[${at}].function.parameters`);
    if (parameters["type"] !== "object")
      refuse(`Invalid schema for function '${name}': schema must be of 'type: "object"'`);
  }
  return names;
}

function checkChoice(choice: unknown, names: ReadonlySet<string>): void {
  if (choice === undefined) return;
  if (names.size === 0) refuse("'tool_choice' is only allowed when 'tools' are specified.");
  if (choice === "none" || choice === "auto" || choice === "required") return;
  const chosen = recordOf(recordOf(choice, "tool_choice")["function"], "tool_choice.function");
  if (!names.has(textOf(chosen["name"], "tool_choice.function.name")))
    refuse("Tool choice is none of the 'tools'");
}

function checkMessages(messages: readonly unknown[], names: ReadonlySet<string>): void {
  const used = new Set<string>();
  let open: readonly string[] = [];
  for (const [at, given] of messages.entries()) {
    const place = `messages[${at}]`;
    const message = recordOf(given, place);
    if (open.length > 0 && message["role"] !== "tool") unanswered(open);
    switch (message["role"]) {
      case "system":
        if (at > 0) refuse("System message must be at the beginning.");
        members(message, `${place}.`, "role content");
        checkContent(message["content"], `${place}.content`, false);
        break;
      case "user":
        members(message, `${place}.`, "role content");
        checkContent(message["content"], `${place}.content`, true);
        break;
      case "assistant":
        members(message, `${place}.`, "role content tool_calls reasoning_content");
        open = checkCalls(message, place, names, used);
        if (open.length === 0) checkContent(message["content"], `${place}.content`, false);
        break;
      case "tool": {
        members(message, `${place}.`, "role content tool_call_id name");
        const id = textOf(message["tool_call_id"], `${place}.tool_call_id`);
        if (!open.includes(id))
          refuse(
            "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          );
        open = open.filter((one) => one !== id);
        checkContent(message["content"], `${place}.content`, false);
        break;
      }
      default:
        refuse(`${place}.role: unexpected ${String(message["role"])}`);
    }
  }
  if (open.length > 0) unanswered(open);
  if (recordOf(messages.at(-1), "the last message")["role"] === "assistant")
    refuse(
      "Cannot set `add_generation_prompt` to True when the last message is from the assistant.",
    );
}

function unanswered(ids: readonly string[]): never {
  refuse(
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each " +
      `'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(", ")}`,
  );
}

/** @returns the calls' ids, in order */
function checkCalls(
  { tool_calls: calls }: JsonRecord,
  place: string,
  names: ReadonlySet<string>,
  used: Set<string>,
): readonly string[] {
  if (calls === undefined) return [];
  return listOf(calls, `${place}.tool_calls`).map((given, at) => {
    const where = `${place}.tool_calls[${at}]`;
    const call = recordOf(given, where);
    members(call, `${where}.`, "id type function");
    if (call["type"] !== "function") refuse(`${where}.type must be "function"`);
    const detail = recordOf(call["function"], `${where}.function`);
    members(detail, `${where}.function.`, "name arguments");
    const name = textOf(detail["name"], `${where}.function.name`);
    // Who asks for a summary of what was done has no tools for it.
    if (names.size > 0 && !names.has(name)) refuse(`${where}.function.name is none of the tools`);
    const written = textOf(detail["arguments"], `${where}.function.arguments`);
    if (!isRecord(parseJson(written))) refuse(`${where}.function.arguments is no JSON object`);
    const id = textOf(call["id"], `${where}.id`);
    if (id === "" || id.length > 64) refuse(`Invalid '${where}.id'`);
    if (used.has(id)) refuse(`Duplicate value for 'tool_call_id' of '${id}'`);
    used.add(id);
    return id;
  });
}

/** A text, or parts of which only a user's may be pictures. */
function checkContent(content: unknown, place: string, pictures: boolean): void {
  if (typeof content === "string") return;
  for (const [at, given] of listOf(content, place).entries()) {
    const part = recordOf(given, `${place}[${at}]`);
    if (part["type"] === "text") {
      members(part, `${place}[${at}].`, "type text");
      textOf(part["text"], `${place}[${at}].text`);
    } else if (part["type"] === "image_url" && pictures) {
      const url = textOf(recordOf(part["image_url"], `${place}[${at}].image_url`)["url"], place);
      if (!/^(data:image\/[a-z]+;base64,[A-Za-z0-9+/]+={0,2}$|https?:\/\/)/.test(url))
        refuse(`Invalid '${place}[${at}].image_url.url'`);
    } else refuse(`Invalid value: '${String(part["type"])}' in ${place}[${at}]`);
  }
}
