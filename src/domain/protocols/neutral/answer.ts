// An answer in no protocol's words: an upstream's codec reads its events into these, a client's codec writes its own of them.
import type { Frame } from "../../bytes/frame.ts";
import type { JsonRecord } from "../../bytes/json.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { Maker } from "./seal.ts";
import type { Written, WrittenObject } from "../../bytes/json-written.ts";

export type AnswerEvent =
  | TextEvent
  | ThinkingEvent
  | SealEvent
  /** A data URL, or a link. */
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "calls"; readonly pieces: readonly CallPiece[] }
  /** One object a token: `token`, `logprob`, perhaps `bytes` and `top_logprobs` of the same form. */
  | { readonly kind: "logprobs"; readonly tokens: readonly WrittenObject[] }
  | CitationEvent
  /** A vector of an embedding; they come in the order of the inputs. */
  | { readonly kind: "vector"; readonly vector: Written }
  | UsageEvent
  /** In Chat Completions' words; a reason that it does not know stays as the upstream wrote it. More may follow. */
  | { readonly kind: "finish"; readonly reason: string }
  /** Something that no other event can say; named as lost. */
  | { readonly kind: "other"; readonly field: string }
  /** The answer has failed; nothing follows. */
  | ErrorEvent
  /** The answer is complete; nothing follows. */
  | { readonly kind: "end" };

export interface TextEvent {
  readonly kind: "text";
  /** Empty where a cleaner has taken it all: something was said, but nothing for the client. */
  readonly text: string;
  /** The model says that it will not do what it was asked for, where the server marks such words. */
  readonly refusal?: true;
}

/** In the upstream's words. */
export interface ErrorEvent {
  readonly kind: "error";
  readonly message: string;
  /** Its codes; absent: it gave none. */
  readonly codes?: readonly string[];
}

/** A page on the web that the text just before is taken from. */
export interface CitationEvent {
  readonly kind: "citation";
  readonly url: string;
  /** null: it has none. */
  readonly title: string | null;
  /** How much of the text before it is about, in UTF-16 units. */
  readonly length: number;
  /** How much text stands between that and here; absent: none. */
  readonly since?: number;
}

export interface ThinkingEvent {
  readonly kind: "thinking";
  readonly text: string;
  /** It begins another train of thought; this goes between the two where both end up in one text. */
  readonly gap?: string;
}

/** What only its maker reads of thinking, in its own words. */
export interface SealEvent {
  readonly kind: "seal";
  /** What signs the thinking just before, which may have no text; or thinking of which nothing else is shown. */
  readonly of: "signature" | "redacted";
  readonly data: string;
}

/** The next piece of a tool call. Pieces of several calls may come in turns. */
export interface CallPiece {
  /** Which call it belongs to; counted from 0, never used again. */
  readonly call: number;
  /** With the first piece that knows it; null in all others. */
  readonly id: string | null;
  /** The next piece of the name; mostly whole with the first piece, and empty in all others. */
  readonly name: string;
  /** The next piece of the arguments' text. */
  readonly given: string;
}

/**
 * Counts and measures of the upstream's; null: not said here. The last word on each counts. The prompt
 * includes what was read from a cache and written to one.
 */
export interface UsageEvent {
  readonly kind: "usage";
  readonly prompt: JsonSource | null;
  readonly completion: JsonSource | null;
  /** Of the prompt, what was read from a cache, and what was written to one. */
  readonly cacheRead: JsonSource | null;
  readonly cacheWritten: JsonSource | null;
  /** Of the completion, what was thinking. */
  readonly reasoning: JsonSource | null;
  readonly promptMs: number | null;
  readonly completionMs: number | null;
}

/** Reads one answer of an upstream's. */
export interface AnswerEventReader {
  /**
   * What the next event of its stream says.
   * @param json what the frame's data parsed to; null where it is not a JSON object
   * @returns null where it is not an event at all (a comment)
   */
  event(frame: Frame, json: JsonRecord | null): readonly AnswerEvent[] | null;
  /** What an answer that came whole says; null where it is none of this protocol's. */
  whole(answer: JsonSource): readonly AnswerEvent[] | null;
}

/** Writes one answer as a client's stream, whose events are bytes; all times are epoch ms. */
export interface AnswerEventWriter {
  /** The client's events that follow from one event of the upstream's. */
  events(said: readonly AnswerEvent[], now: number): readonly Uint8Array[];
  /**
   * The stream is complete although nothing said `end`: the last events, where they are not out and
   * something has finished. Not to be called where the answer was cut: it must not look complete.
   */
  end(now: number): readonly Uint8Array[];
  /** An answer that came whole as all events of a stream. */
  wholeAsEvents(said: readonly AnswerEvent[], now: number): readonly Uint8Array[];
  /**
   * The stream broke: its last words, in a protocol in which they depend on what went before; absent:
   * its usual event says all. None where it has ended already.
   */
  broken?(error: JsonRecord): readonly Uint8Array[];
  /** An event that says only that the stream goes on; null: none can stand here. */
  alive?(): Uint8Array | null;
}

export interface WriterContext {
  /** The call's, the same whichever attempt answers. */
  readonly id: string;
  /** The client's request, for what it says of the answer's form. */
  readonly asked: JsonSource;
  /** The model that answered, as the client shall read it. */
  readonly model: string;
  /** Who made the answer. */
  readonly maker: Maker;
  /** Epoch ms at which the request was sent; durations count from here. */
  readonly startedAt: number;
  /** The answer is kept for calls that refer to it, unless its client asked not to. */
  readonly kept: boolean;
  /** Id of the answer that the call continues; null: none. */
  readonly previous: string | null;
  /** Called with each part of the answer that the client's protocol has no room for, perhaps more than once. */
  readonly lose: (field: string) => void;
  /**
   * An estimate of the prompt's tokens, where a client wants a count before the upstream gave one.
   * @param bytesOf the request's size as far as it is text, from what it parsed to and its size in bytes
   */
  readonly estimatedPrompt: (bytesOf: (request: JsonRecord, size: number) => number) => number;
}
