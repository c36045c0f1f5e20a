// What Ollama refuses of a chat by the types of its API, and what it would pass over in silence.
import { isRecord, type JsonRecord } from "../../src/domain/bytes/json.ts";

/**
 * @param body of a request to /api/chat
 * @returns the message of the 400; null where the request is fine
 */
export function ollamaRefusal(body: JsonRecord): string | null {
  const names = new Set(
    recordsOf(body["tools"]).map((tool) => {
      const detail = tool["function"];
      return isRecord(detail) ? detail["name"] : undefined;
    }),
  );
  const problems = [
    ...unknown(
      body,
      "",
      "model messages tools stream format think options keep_alive logprobs top_logprobs",
    ),
    ...(typeof body["model"] === "string" ? [] : ["model is required"]),
    ...recordsOf(body["messages"]).flatMap((message, at) =>
      messageProblems(message, `messages[${at}].`, names),
    ),
  ];
  return problems[0] ?? null;
}

function messageProblems(
  message: JsonRecord,
  place: string,
  names: ReadonlySet<unknown>,
): readonly string[] {
  const { role, content, images, tool_calls: calls, tool_name: answered } = message;
  return [
    ...unknown(message, place, "role content thinking images tool_calls tool_name tool_call_id"),
    ...(["system", "user", "assistant", "tool"].includes(String(role))
      ? []
      : [`invalid role: ${String(role)}`]),
    ...(typeof content === "string" ? [] : [`${place}content: cannot unmarshal into string`]),
    // Who asks for a summary of what was done has no tools for it.
    ...(role === "tool" && names.size > 0 && !names.has(answered)
      ? [`${place}tool_name: ${String(answered)} is none of the tools`]
      : []),
    ...(images === undefined || listOf(images).every(isBase64)
      ? []
      : [`${place}images: illegal base64 data`]),
    ...recordsOf(calls).flatMap((call) => callProblems(call, `${place}tool_calls.`)),
  ];
}

function callProblems(call: JsonRecord, place: string): readonly string[] {
  const detail = call["function"];
  if (!isRecord(detail)) return [`${place}function is required`];
  return [
    ...unknown(call, place, "id function"),
    ...unknown(detail, `${place}function.`, "index name arguments"),
    ...(typeof detail["name"] === "string"
      ? []
      : [`${place}function.name: cannot unmarshal into string`]),
    ...(isRecord(detail["arguments"])
      ? []
      : [`${place}function.arguments: cannot unmarshal into object`]),
  ];
}

function unknown(record: JsonRecord, place: string, known: string): readonly string[] {
  const names = new Set(known.split(" "));
  return Object.keys(record)
    .filter((key) => !names.has(key))
    .map((key) => `${place}${key} means nothing to Ollama`);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordsOf(value: unknown): readonly JsonRecord[] {
  return listOf(value).filter(isRecord);
}

function isBase64(value: unknown): boolean {
  return typeof value === "string" && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}
