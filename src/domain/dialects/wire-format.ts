// What each wire format calls content, a proper end and an error (SPEC section 7): one row a format.
import type { Frame } from "../framing/frame.ts";
import { isRecord, type JsonRecord, parseJson, parseJsonBytes } from "../json.ts";

export type WireFormat = "chat" | "responses" | "messages" | "ndjson" | "opaque";

/** An error as an upstream words it. */
export interface UpstreamError {
  readonly message: string;
  /** Its `code` and its `type`, where they are there. */
  readonly codes: readonly string[];
}

/** What one event means to the relay. */
export interface FrameReading {
  readonly content: boolean;
  /** The answer is complete with this event; others may still follow. */
  readonly end: boolean;
  readonly error: UpstreamError | null;
  /** The payload is not what the format promises. */
  readonly unreadable: boolean;
}

/**
 * Reads one stream's events in order.
 * @param json what `frameJson` makes of the frame
 */
export type StreamReader = (frame: Frame, json: JsonRecord | null) => FrameReading;

const nothing: FrameReading = { content: false, end: false, error: null, unreadable: false };
const contentOnly: FrameReading = { ...nothing, content: true };
const endOnly: FrameReading = { ...nothing, end: true };
const unreadable: FrameReading = { ...nothing, unreadable: true };

interface Format {
  /** What the line `[DONE]` means; null: it does not belong there. */
  readonly done: FrameReading | null;
  /** A reader of the events' JSON; null: they need not be JSON, and every one is content. */
  readonly events: (() => (json: JsonRecord, frame: Frame) => FrameReading) | null;
}

const formats: Record<WireFormat, Format> = {
  chat: { done: endOnly, events: chatReader },
  responses: { done: nothing, events: () => readResponsesEvent },
  messages: { done: null, events: () => readMessagesEvent },
  ndjson: { done: null, events: () => readNdjsonLine },
  opaque: { done: null, events: null },
};

/** A reader for a new stream of the format. */
export function createStreamReader(format: WireFormat): StreamReader {
  const { done, events } = formats[format];
  if (events === null) return () => contentOnly;
  const read = events();
  return (frame, json) => {
    if (json !== null) return read(json, frame);
    if (frame.data === null) return nothing;
    return (isDone(frame.data) ? done : null) ?? unreadable;
  };
}

/** An event's JSON object, parsed once for everyone who looks at it; null where it holds none. */
export function frameJson({ data }: Frame): JsonRecord | null {
  if (data === null || isDone(data)) return null;
  const value = parseJson(data);
  return isRecord(value) ? value : null;
}

/** OpenAI's last word in a stream, which is no JSON. */
function isDone(data: string): boolean {
  return data.length < 16 && data.trim() === "[DONE]";
}

const formatByPath: readonly (readonly [ending: string, format: WireFormat])[] = [
  ["/chat/completions", "chat"],
  ["/completions", "chat"],
  ["/responses", "responses"],
  ["/messages", "messages"],
  ["/api/chat", "ndjson"],
  ["/api/generate", "ndjson"],
];

/** How a streamed answer is cut into events. */
export type Framing = "sse" | "ndjson" | "none";

/** @param contentType an answer's, as received; null where it has none */
export function framingOf(contentType: string | null): Framing {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "text/event-stream") return "sse";
  return type === "application/x-ndjson" || type === "application/ndjson" ? "ndjson" : "none";
}

/** The format in which a path's streams come. */
export function streamFormat(path: string, framing: Framing): WireFormat {
  for (const [ending, format] of formatByPath)
    if (path.endsWith(ending) && (format === "ndjson") === (framing === "ndjson")) return format;
  return "opaque";
}

const promisesJson = [
  "/chat/completions",
  "/completions",
  "/embeddings",
  "/responses",
  "/api/chat",
  "/api/generate",
  "/api/embed",
];

/** Whether a plain 2xx answer on this path has to be JSON that carries no error. */
export function expectsJson(path: string): boolean {
  return promisesJson.some((ending) => path.endsWith(ending));
}

const answerKeys = ["choices", "data", "output", "message", "response", "embeddings", "embedding"];

/** An `error` at the top of a plain answer that holds none of an answer's fields; null where it is an answer. */
export function plainError(answer: unknown): UpstreamError | null {
  if (!isRecord(answer) || !holdsError(answer)) return null;
  return answerKeys.some((key) => answer[key] !== undefined && answer[key] !== null)
    ? null
    : describeError(answer["error"]);
}

/** Message and codes of an error in OpenAI's, Anthropic's or Ollama's form. */
export function describeError(error: unknown): UpstreamError {
  if (typeof error === "string") return { message: error, codes: [] };
  if (!isRecord(error)) return { message: "the upstream reported an error", codes: [] };
  const message = error["message"];
  return {
    message: typeof message === "string" ? message : "the upstream reported an error",
    codes: [error["code"], error["type"]]
      .filter((code) => typeof code === "string" || typeof code === "number")
      .map(String),
  };
}

/** Parallel choices end one by one: the answer is complete when every choice seen has finished. */
function chatReader(): (event: JsonRecord) => FrameReading {
  const open = new Set<unknown>();
  const finished = new Set<unknown>();
  return (event) => {
    const choices = event["choices"];
    if (!Array.isArray(choices)) return holdsError(event) ? failed(event) : nothing;
    let content = false;
    for (const choice of choices as unknown[]) {
      if (!isRecord(choice)) continue;
      const index = choice["index"] ?? 0;
      content ||= choiceHasContent(choice);
      const finish = choice["finish_reason"];
      if (typeof finish === "string" && finish !== "") {
        open.delete(index);
        finished.add(index);
      } else if (!finished.has(index)) open.add(index);
    }
    const end = finished.size > 0 && open.size === 0;
    return content ? (end ? { ...contentOnly, end } : contentOnly) : end ? endOnly : nothing;
  };
}

const deltaContent = ["content", "reasoning_content", "reasoning", "refusal", "audio"];
const deltaCalls = ["tool_calls", "function_call"];

function choiceHasContent(choice: JsonRecord): boolean {
  if (holdsText(choice["text"])) return true;
  const delta = choice["delta"];
  if (!isRecord(delta)) return false;
  return (
    deltaContent.some((key) => holdsText(delta[key])) ||
    deltaCalls.some((key) => holdsItems(delta[key]))
  );
}

function readResponsesEvent(event: JsonRecord, frame: Frame): FrameReading {
  const type = typeof event["type"] === "string" ? event["type"] : (frame.event ?? "");
  if (type.endsWith(".delta")) return contentOnly;
  switch (type) {
    case "response.completed":
    case "response.incomplete":
      return endOnly;
    case "response.failed": {
      const response = event["response"];
      return failed(isRecord(response) ? response : event);
    }
    case "error":
      return failed(isRecord(event["error"]) ? event : { error: event });
    default:
      return holdsError(event) && type === "" ? failed(event) : nothing;
  }
}

function readMessagesEvent(event: JsonRecord, frame: Frame): FrameReading {
  switch (event["type"] ?? frame.event) {
    case "content_block_delta":
      return contentOnly;
    case "message_stop":
      return endOnly;
    case "error":
      return failed(event);
    default:
      return nothing;
  }
}

function readNdjsonLine(line: JsonRecord): FrameReading {
  if (holdsError(line) && line["done"] === undefined) return failed(line);
  const message = line["message"];
  const content =
    holdsText(line["response"]) ||
    holdsText(line["thinking"]) ||
    (isRecord(message) &&
      (holdsText(message["content"]) ||
        holdsText(message["thinking"]) ||
        holdsItems(message["tool_calls"])));
  return { ...nothing, content, end: line["done"] === true };
}

function failed(event: JsonRecord): FrameReading {
  return { ...nothing, error: describeError(event["error"]) };
}

function holdsError(event: JsonRecord): boolean {
  return event["error"] !== undefined && event["error"] !== null;
}

function holdsText(value: unknown): boolean {
  return typeof value === "string" ? value !== "" : value !== undefined && value !== null;
}

function holdsItems(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isRecord(value);
}

const text = new TextEncoder();

/** The event that tells a client its started stream has failed, in the format's own form. */
export function errorEvent(format: WireFormat, framing: Framing, error: JsonRecord): Uint8Array {
  if (framing === "ndjson") return text.encode(`${JSON.stringify({ error: error["message"] })}\n`);
  if (format === "messages")
    return text.encode(`event: error\ndata: ${JSON.stringify({ type: "error", error })}\n\n`);
  if (format === "responses")
    return text.encode(`event: error\ndata: ${JSON.stringify({ ...error, type: "error" })}\n\n`);
  return text.encode(`data: ${JSON.stringify({ error })}\n\n`);
}

/** A whole answer as the events of a stream that has already begun. */
export function wholeAsEvents(format: WireFormat, answer: Uint8Array): Uint8Array {
  const whole = parseJsonBytes(answer);
  if (format !== "chat" || !isRecord(whole) || !Array.isArray(whole["choices"]))
    return text.encode(`data: ${new TextDecoder().decode(answer).trim()}\n\n`);
  const choices = (whole["choices"] as unknown[]).map((choice) => {
    if (!isRecord(choice) || choice["message"] === undefined) return choice;
    const { message, ...others } = choice;
    return { ...others, delta: message };
  });
  const isChat = whole["object"] === "chat.completion";
  const chunk = { ...whole, ...(isChat ? { object: "chat.completion.chunk" } : {}), choices };
  return text.encode(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}
