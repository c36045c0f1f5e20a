// What one event of a stream means to the relay, whatever its format.
import type { Frame } from "../bytes/frame.ts";
import type { JsonRecord } from "../bytes/json.ts";
import type { JsonSource } from "../bytes/json-source.ts";
import type { UpstreamError } from "./upstream-error.ts";

/** `reasoning` does not commit where the first answer is waited for. */
export type ContentKind = "reasoning" | "answer";

/** `finished`: complete as far as its events say, though more may follow; `final`: nothing may. */
export type AnswerEnd = "open" | "finished" | "final";

export interface EventReading {
  readonly content: ContentKind | null;
  /** Where the answer stands after this event; null: the event says nothing about it. */
  readonly end: AnswerEnd | null;
  readonly error: UpstreamError | null;
}

/** Reads the JSON of one stream's events, in order. */
export type EventReader = (event: JsonRecord, frame: Frame) => EventReading;

/** What a stream that begins before its answer is known can say of the call. */
export interface EarlyAsked {
  /** Of the call. */
  readonly id: string;
  readonly model: string | null;
  readonly request: JsonSource;
  /** The answer can be referred to later. */
  readonly kept: boolean;
  /** The id of the answer that it goes on from. */
  readonly previous: string | null;
  /** The events by which its server's own stream began; null: it is the router's. */
  readonly beginning: Uint8Array | null;
}

/** The events of one stream before its answer's. */
export interface EarlyEvents {
  /** What says that the stream goes on: at first, that it begins. @param now epoch ms */
  alive(now: number): Uint8Array;
  /** An event of the answer's, as it follows what went out; empty: the client has that already. */
  follow(event: Frame, json: JsonRecord | null): Uint8Array;
}

/** How a protocol answers. */
export interface EventForm {
  readonly framing: "sse" | "ndjson";
  /** What the line `[DONE]` means; null: it does not belong there. */
  readonly done: EventReading | null;
  /** An event that keeps a stream alive once it has begun; null: only a comment does. */
  readonly ping: string | null;
  /** For a new stream whose clients take only events for life; null: a comment keeps it alive. */
  readonly early: ((asked: EarlyAsked) => EarlyEvents) | null;
  /** A whole answer as all events of a stream; null where it is none of this protocol's. */
  readonly fromWhole: ((answer: JsonSource) => Uint8Array | null) | null;
  /**
   * Keys of texts of which the reader heeds no more than that they are not empty, wherever they stand.
   * Never keys of what it judges by, such as `type` or `error`.
   */
  readonly texts: readonly string[];
  /** A reader for a new stream. */
  reader(): EventReader;
  /** Whether a whole answer brings anything of what was asked for. */
  brings(answer: JsonRecord): boolean;
}

export const says = {
  nothing: { content: null, end: null, error: null },
  reasoning: { content: "reasoning", end: null, error: null },
  answer: { content: "answer", end: null, error: null },
  final: { content: null, end: "final", error: null },
} as const satisfies Record<string, EventReading>;

export function saysError(error: UpstreamError): EventReading {
  return { content: null, end: null, error };
}

export function holdsText(value: unknown): boolean {
  if (typeof value === "string") return value !== "";
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null;
}

/** Whether a value is a list with anything in it. */
export function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

export function holdsItems(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : typeof value === "object" && value !== null;
}
