// The events of streams, read in their protocol's way.
import type { Endpoint, ProtocolName } from "../call/endpoint.ts";
import type { Frame } from "../bytes/frame.ts";
import type { Framing } from "../bytes/framing.ts";
import { isRecord, type JsonRecord, parseJson } from "../bytes/json.ts";
import { type EventReading, says, saysError } from "./event-reading.ts";
import { protocols } from "./protocol.ts";
import { describeError, holdsError } from "./upstream-error.ts";

/** What a frame is: an event that can be read, one without data, or one whose data is not the protocol's. */
export type FrameReading = EventReading | "blank" | "unreadable";

/**
 * Reads one stream's events in order.
 * @param json what `frameJson` makes of the frame
 */
export type StreamReader = (frame: Frame, json: JsonRecord | null) => FrameReading;

/** A reader for a new stream. @param protocol null: events need not be JSON, and each is content */
export function createStreamReader(protocol: ProtocolName | null): StreamReader {
  if (protocol === null) return () => says.answer;
  const { events } = protocols[protocol];
  const { done } = events;
  const read = events.reader();
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

/**
 * Whether a stream's last event may be passed on although its line ends are missing. A name alone may
 * not: its data never came.
 */
export function isReadable(protocol: ProtocolName | null, frame: Frame): boolean {
  const { data, event } = frame;
  if (protocol === null) return true;
  return data === null ? event === null : isDone(data) || frameJson(frame) !== null;
}

/** OpenAI's last word in a stream, which is not JSON. */
function isDone(data: string): boolean {
  return data.length < 16 && data.trim() === "[DONE]";
}

/** The protocol in whose events an endpoint streams, where they are framed so; null: nobody knows. */
export function streamProtocol(
  { protocol, streams }: Endpoint,
  framing: Framing,
): ProtocolName | null {
  if (streams === null) return null;
  const lines = protocols[protocol].events.framing === "ndjson";
  return lines === (framing === "ndjson") ? protocol : null;
}
