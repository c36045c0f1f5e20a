// The wire formats of streams: which path has which, and how the events of each are read (SPEC section 7).
import { type EndpointKind, endpointOf } from "../call/endpoint.ts";
import type { Frame } from "../bytes/frame.ts";
import type { Framing } from "../bytes/framing.ts";
import { isRecord, type JsonRecord, parseJson } from "../bytes/json.ts";
import { chatEvents } from "./openai-chat/events.ts";
import { type EventReader, type EventReading, says, saysError } from "./event-reading.ts";
import { readMessagesEvent } from "./anthropic-messages/events.ts";
import { readNdjsonLine } from "./ollama/events.ts";
import { readResponsesEvent } from "./openai-responses/events.ts";
import { describeError, holdsError } from "./upstream-error.ts";

export type WireFormat = "chat" | "responses" | "messages" | "ndjson" | "opaque";

/** What a frame is: an event that can be read, one without data, or one whose data is not the format's. */
export type FrameReading = EventReading | "blank" | "unreadable";

/**
 * Reads one stream's events in order.
 * @param json what `frameJson` makes of the frame
 */
export type StreamReader = (frame: Frame, json: JsonRecord | null) => FrameReading;

interface Format {
  /** What the line `[DONE]` means; null: it does not belong there. */
  readonly done: EventReading | null;
  /** A reader of the events' JSON; null: they need not be JSON, and every one is content. */
  readonly events: (() => EventReader) | null;
}

const formats: Record<WireFormat, Format> = {
  chat: { done: says.final, events: chatEvents },
  responses: { done: says.nothing, events: () => readResponsesEvent },
  // Servers that translate to this format leave OpenAI's last word in it.
  messages: { done: says.nothing, events: () => readMessagesEvent },
  ndjson: { done: null, events: () => readNdjsonLine },
  opaque: { done: null, events: null },
};

/** A reader for a new stream of the format. */
export function createStreamReader(format: WireFormat): StreamReader {
  const { done, events } = formats[format];
  if (events === null) return () => says.answer;
  const read = events();
  return (frame, json) => {
    const { data, event } = frame;
    // An event of this name is an error to every client, whatever is in it.
    if (event === "error" && holdsWords(data)) return saysError(describeError(json ?? data));
    if (json !== null) return read(json, frame);
    if (data === null) return says.nothing;
    if (data.trim() === "") return "blank";
    return (isDone(data) ? done : null) ?? "unreadable";
  };
}

function holdsWords(data: string | null): boolean {
  return data !== null && data.trim() !== "" && !isDone(data);
}

/**
 * An event's JSON object, parsed once for everyone who looks at it; null where it holds none. Gemini
 * words its errors as a list: then it is the entry that holds one.
 */
export function frameJson({ data }: Frame): JsonRecord | null {
  if (data === null || isDone(data)) return null;
  const value = parseJson(data);
  if (isRecord(value)) return value;
  if (!Array.isArray(value)) return null;
  return (value as readonly unknown[]).filter(isRecord).find(holdsError) ?? null;
}

/** Whether an event says anything that counts, be it that its line ends are missing. */
export function isReadable(format: WireFormat, frame: Frame): boolean {
  const { data } = frame;
  return format === "opaque" || data === null || isDone(data) || frameJson(frame) !== null;
}

/** OpenAI's last word in a stream, which is no JSON. */
function isDone(data: string): boolean {
  return data.length < 16 && data.trim() === "[DONE]";
}

/** Of the streams of each kind of call; the rest are of no known format. */
const formatByKind: Partial<Record<EndpointKind, WireFormat>> = {
  chat: "chat",
  completion: "chat",
  responses: "responses",
  messages: "messages",
};

/** The format in which a path's streams come. */
export function streamFormat(path: string, framing: Framing): WireFormat {
  const { api, kind } = endpointOf(path);
  const ndjson = api === "ollama" && (kind === "chat" || kind === "generate");
  if (ndjson || framing === "ndjson") return ndjson && framing === "ndjson" ? "ndjson" : "opaque";
  return formatByKind[kind] ?? "opaque";
}
