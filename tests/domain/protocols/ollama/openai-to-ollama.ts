// The way back, written apart from the translation: what an OpenAI request says, in Ollama's terms.
import { isRecord, type JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";

const optionNames: Readonly<Record<string, string>> = {
  temperature: "temperature",
  top_p: "top_p",
  top_k: "top_k",
  min_p: "min_p",
  seed: "seed",
  stop: "stop",
  max_tokens: "num_predict",
  repeat_penalty: "repeat_penalty",
  presence_penalty: "presence_penalty",
  frequency_penalty: "frequency_penalty",
};

const records = (value: unknown): readonly JsonRecord[] => (value ?? []) as readonly JsonRecord[];

/** The request that an Ollama client would have sent to say the same. */
export function openAiToOllama(kind: OllamaKind, body: JsonRecord): JsonRecord {
  if (kind === "embeddings") return { prompt: body["input"] };
  if (kind === "embed") return pick(body, ["input", "dimensions"]);
  const options = Object.entries(optionNames).flatMap(([theirs, ours]) =>
    theirs in body ? [[ours, body[theirs]] as const] : [],
  );
  return {
    ...(kind === "chat" ? { messages: messages(body) } : prompt(body)),
    ...pick(body, ["tools", "suffix", "stream"]),
    ...format(body["response_format"]),
    ...think(body),
    ...logprobs(body),
    ...(options.length > 0 ? { options: Object.fromEntries(options) } : {}),
  };
}

function pick(body: JsonRecord, keys: readonly string[]): JsonRecord {
  return Object.fromEntries(keys.flatMap((key) => (key in body ? [[key, body[key]]] : [])));
}

function prompt(body: JsonRecord): JsonRecord {
  if ("prompt" in body)
    return { prompt: body["prompt"], ...("suffix" in body ? {} : { raw: true }) };
  const [first, second] = records(body["messages"]);
  const user = second ?? first!;
  const { content, images } = userContent(user["content"]);
  return {
    prompt: content,
    ...(images.length > 0 ? { images } : {}),
    ...(second === undefined ? {} : { system: first!["content"] }),
  };
}

function userContent(content: unknown): {
  readonly content: string;
  readonly images: readonly string[];
} {
  if (typeof content === "string") return { content, images: [] };
  const parts = records(content);
  return {
    content: parts.map((part) => (part["text"] ?? "") as string).join(""),
    images: parts.flatMap((part) => {
      const url = part["image_url"];
      return isRecord(url) ? [String(url["url"]).replace(/^data:[^,]*,/, "")] : [];
    }),
  };
}

/** Ids that the translation made up were not the client's. */
const own = (id: unknown): JsonRecord => (/^call\d{5}$/.test(String(id)) ? {} : { id });

function messages(body: JsonRecord): readonly JsonRecord[] {
  const names = new Map<unknown, unknown>();
  return records(body["messages"]).map((message) => {
    const { role, content } = message;
    if (role === "user") {
      const { images, ...read } = userContent(content);
      return { role, ...read, ...(images.length > 0 ? { images } : {}) };
    }
    if (role === "tool") {
      const id = message["tool_call_id"];
      const { id: given } = own(id);
      const named = { role, content, tool_name: names.get(id) };
      return given === undefined ? named : { ...named, tool_call_id: given };
    }
    const calls = records(message["tool_calls"]).map((call) => {
      const detail = call["function"] as JsonRecord;
      names.set(call["id"], detail["name"]);
      const read: unknown = JSON.parse(String(detail["arguments"]));
      return { ...own(call["id"]), function: { name: detail["name"], arguments: read } };
    });
    const thinking = message["reasoning_content"];
    return {
      role,
      content,
      ...(thinking === undefined ? {} : { thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
  });
}

function format(wanted: unknown): JsonRecord {
  if (!isRecord(wanted)) return {};
  const { json_schema: schema } = wanted;
  return { format: isRecord(schema) ? schema["schema"] : "json" };
}

function think(body: JsonRecord): JsonRecord {
  if ("reasoning_effort" in body) return { think: body["reasoning_effort"] };
  const switches = body["chat_template_kwargs"];
  return isRecord(switches) ? { think: switches["enable_thinking"] } : {};
}

function logprobs(body: JsonRecord): JsonRecord {
  const value = body["logprobs"];
  if (value === undefined) return {};
  const top = typeof value === "number" ? value : (body["top_logprobs"] ?? 0);
  return { logprobs: true, ...(top === 0 ? {} : { top_logprobs: top }) };
}
