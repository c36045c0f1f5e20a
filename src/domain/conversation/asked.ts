// What a request's body asks, as turns: chat, completions, embeddings, Responses, Anthropic's messages, Ollama.
import { isRecord } from "../bytes/json.ts";
import type { JsonRecord } from "../bytes/json.ts";
import { detailsText } from "../call/reasoning-details.ts";
import { answerTextParts, bareImage, contentParts, plainText, toolCallPart } from "./parts.ts";
import { itemParts } from "./response-items.ts";
import { asJson, listOf, textOrNull } from "./turn.ts";
import type { Turn, TurnPart } from "./turn.ts";

/** The turns of a request, in the order a model reads them. Fields show the API, not the path. */
export function askedTurns(request: JsonRecord): readonly Turn[] {
  const turns: Turn[] = [];
  for (const field of ["system", "instructions"]) {
    const parts = contentParts(request[field]);
    if (parts.length > 0) turns.push(turn("system", parts));
  }
  turns.push(...listOf(request["messages"]).filter(isRecord).map(messageTurn));
  turns.push(...promptTurns(request), ...inputTurns(request["input"]));
  if (typeof request["suffix"] === "string" && request["suffix"] !== "")
    turns.push(turn("suffix", contentParts(request["suffix"])));
  return turns;
}

/** A message of a chat, asked or answered. */
export function messageTurn(message: JsonRecord): Turn {
  const role = textOrNull(message["role"]) ?? "";
  const toolResult = role === "tool" || role === "function";
  const parts: TurnPart[] = [];
  for (const field of ["reasoning_content", "reasoning", "thinking"]) {
    const thought = textOrNull(message[field]);
    if (thought !== null && parts.length === 0) parts.push({ kind: "thinking", text: thought });
  }
  const listed = parts.length > 0 ? null : detailsText(message["reasoning_details"]);
  if (listed !== null) parts.push({ kind: "thinking", text: listed });
  if (toolResult) {
    const id = textOrNull(message["tool_call_id"]);
    parts.push({ kind: "tool-result", id, text: plainText(message["content"]), failed: false });
  } else if (role === "assistant" && typeof message["content"] === "string") {
    parts.push(...answerTextParts(message["content"]));
  } else parts.push(...contentParts(message["content"]));
  parts.push(...listOf(message["images"]).map(bareImage));
  const refusal = textOrNull(message["refusal"]);
  if (refusal !== null) parts.push({ kind: "refusal", text: refusal });
  parts.push(...listOf(message["tool_calls"]).map(toolCallPart));
  if (isRecord(message["function_call"])) parts.push(toolCallPart(message["function_call"]));
  const name = textOrNull(message["name"]) ?? textOrNull(message["tool_name"]);
  return turn(role, parts, name);
}

/** An item of the Responses API, in a request's `input` or an answer's `output`. */
export function responsesItem(item: JsonRecord): Turn {
  const type = textOrNull(item["type"]) ?? "message";
  if (type === "message") return messageTurn(item);
  const role = type.endsWith("_output") ? "tool" : (textOrNull(item["role"]) ?? "assistant");
  return turn(role, itemParts(type, item));
}

export function turn(role: string, parts: readonly TurnPart[], name: string | null = null): Turn {
  return { role, name, parts, finish: null };
}

function promptTurns(request: JsonRecord): readonly Turn[] {
  const images = listOf(request["images"]).map(bareImage);
  const prompts = texts(request["prompt"]);
  if (prompts.length === 0) return images.length === 0 ? [] : [turn("user", images)];
  return prompts.map((parts, index) => turn("user", index === 0 ? [...parts, ...images] : parts));
}

function inputTurns(input: unknown): readonly Turn[] {
  const items = listOf(input);
  if (items.some(isRecord))
    return items
      .filter(isRecord)
      .map(responsesItem)
      .filter(({ parts }) => parts.length > 0);
  return texts(input).map((parts) => turn("user", parts));
}

/** A prompt, or several; one given as token numbers says how many. */
function texts(value: unknown): readonly (readonly TurnPart[])[] {
  if (typeof value === "string") return value === "" ? [] : [contentParts(value)];
  const items = listOf(value);
  if (items.length > 0 && items.every((item) => typeof item === "number"))
    return [[{ kind: "other", type: `${items.length} token numbers`, json: asJson(items) }]];
  return items.flatMap(texts);
}
