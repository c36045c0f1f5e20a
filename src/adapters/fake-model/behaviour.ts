// How the fake model server is to behave: an answer's manner, and the fault to put in it.
import type { Gate } from "./gate.ts";

/**
 * A point in an answer. Numbers count the body as the format sees it (chunk framing aside): bytes,
 * or events (a whole answer is one event). Named points suit every wire format: `before-content`
 * lies after the opening events (a role, say), `before-end` before the first event of the format's
 * proper end, `before-last` before its last one (`[DONE]`, `done: true`). In a whole answer the
 * last two leave out its last byte. A point beyond the end lies after the last byte, before the
 * HTTP end.
 */
export type Point =
  | "before-head"
  | "after-head"
  | "before-content"
  | "mid-content"
  | "before-end"
  | "before-last"
  | { readonly afterBytes: number }
  | { readonly afterEvents: number };

/** What may be asked of any answer, faulty or not. */
export interface Manner {
  /** ms between the request's last byte and the answer's first. */
  readonly delayMs?: number;
  /** Holds the answer before its head until opened. */
  readonly gate?: Gate;
  /** ms before the first content event of a stream, head and opening events being out. */
  readonly firstTokenMs?: number;
  /** ms before each later event of a stream. */
  readonly betweenMs?: number;
  /** ms between what precedes a reset, cut or stall and the fault itself: time for it to be read. */
  readonly beforeFaultMs?: number;
  /** Holds the reset, cut or stall itself until opened, by whoever has read what precedes it. */
  readonly beforeFault?: Gate;
  /** Each event is a write of its own; without it a stream without delays leaves in few writes. */
  readonly perEvent?: boolean;
  /** The wire bytes, head included, leave in writes of this many bytes. */
  readonly writeBytes?: number;
  /** The text to say instead of the usual sentence. */
  readonly content?: string;
  /** Answers whole or streamed, whatever the request asks for. */
  readonly stream?: boolean;
  /** The exact body instead of a made one, event by event. */
  readonly pieces?: readonly (string | Uint8Array)[];
  /** The body's type where `pieces` are given; without it the type a real answer would have. */
  readonly contentType?: string;
  /** Of the answer, 200 by default. */
  readonly status?: number;
  /** Added to the answer's own, replacing those of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the body ends: by default `chunked` for streams, else `length`; `close` ends by FIN. */
  readonly framing?: "length" | "chunked" | "close";
  /** Encodes the body although nobody asked; streams stay decodable event by event, `br` aside. */
  readonly encoding?: "gzip" | "deflate" | "br";
}

/** A chunk of a scripted raw answer: bytes, or a wait between them. */
export type RawChunk = string | Uint8Array | { readonly waitMs: number } | { readonly gate: Gate };

export type Fault =
  | { readonly kind: "answer" }
  /** An error (or any) status; by default with an error body in the form of the path's API. */
  | { readonly kind: "status"; readonly status: number; readonly body?: string | object }
  /** TCP RST. */
  | { readonly kind: "reset"; readonly when: Point }
  /** TCP FIN, without the HTTP end that the framing promised. */
  | { readonly kind: "cut"; readonly when: Point }
  /** A proper HTTP end, too early for the format. */
  | { readonly kind: "truncate"; readonly when: Point }
  /** Silence: until the gate opens, then the rest follows; for ever where there is none. */
  | { readonly kind: "stall"; readonly when: Point; readonly until?: Gate }
  /** Bytes that do not belong there; the answer goes on after them. */
  | { readonly kind: "garbage"; readonly when: Point; readonly bytes: string | Uint8Array }
  /** An error in the stream's own form, then a proper HTTP end. */
  | { readonly kind: "error-event"; readonly when: Point; readonly payload?: unknown }
  /** 200 with an error object. */
  | { readonly kind: "error-body"; readonly payload?: unknown }
  /** 200 with a web page. */
  | { readonly kind: "not-json"; readonly body?: string }
  /** 200, a stream's head and a proper HTTP end, with nothing between. */
  | { readonly kind: "empty-stream" }
  /** `Content-Length` is off by so many bytes; where it promises more, a FIN follows the body. */
  | { readonly kind: "wrong-length"; readonly by: number }
  /** The stream's content events say this many bytes each, so many times; made as they are read. */
  | { readonly kind: "flood"; readonly events: number; readonly eventBytes: number }
  /** The exact bytes of the response, head and framing included, and what follows them. */
  | {
      readonly kind: "raw";
      readonly chunks: readonly RawChunk[];
      readonly after?: "keep" | "fin" | "reset" | "silence";
    };

export type Behaviour = Manner & Fault;
