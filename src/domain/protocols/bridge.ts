// How a call is carried to one target and its answer back: which bytes change on the way, and into what.
import type { Endpoint, ProtocolName } from "../call/endpoint.ts";
import type { Framing } from "../bytes/framing.ts";
import type { Spared } from "../cleaning/stream-cleaner.ts";
import type { Frame } from "../bytes/frame.ts";
import type { JsonRecord } from "../bytes/json.ts";
import type { Way } from "../call/way.ts";
import type { StreamSoFar } from "./error-form.ts";

/** What a stream is cut into, and what its events mean. */
export interface Wire {
  readonly framing: Framing;
  /** null: nobody knows what its events say. */
  readonly protocol: ProtocolName | null;
}

/** Changes a stream's events on their way to the client. */
export interface FrameEditor {
  /**
   * Takes the next event.
   * @param json what its data parsed to; null where it is not a JSON object
   * @returns what goes to the client now; the frame's own bytes where nothing changes
   */
  frame(frame: Frame, json: JsonRecord | null): readonly Uint8Array[];
  /**
   * The stream is over: what was still held back.
   * @param whole the answer came to its end; a cut one must not be made to look like it
   */
  end(whole: boolean): readonly Uint8Array[];
  /** What it need not be shown, until it is shown an event again. */
  spares(): Spared;
  /** Whether anything so far left other than it came. */
  changed(): boolean;
}

/** One answer made of a stream's events, or why there is none. */
export type Gathered = { readonly body: Uint8Array } | { readonly error: string };

export interface Bridge {
  readonly way: Way;
  /** What of the call this server cannot serve, so that it is not to be asked; null: nothing. */
  readonly cannot: string | null;
  /** The request's path upstream, and what it stands for there: that decides the format of the answer. */
  readonly path: string;
  readonly endpoint: Endpoint;
  /** null: none is sent. */
  readonly body: Uint8Array | null;
  /** Of the request upstream; null: the client's own. */
  readonly contentType: string | null;
  /** Fields of the request that could not be carried. */
  readonly dropped: readonly string[];
  /** Fields that the client did not send, and the server wants. */
  readonly added: readonly string[];
  /** Parts of the answer, as far as it has come, that could not be carried. */
  lost(): readonly string[];
  /** Whether the answer, as far as it has come, gives an estimate for the prompt's tokens. */
  isEstimated(): boolean;
  /** An answer that needs no upstream; null for nearly all calls. */
  readonly instead: { readonly status: number; readonly body: Uint8Array } | null;
  /** The upstream's own error events are rewritten for the client. */
  readonly retells: boolean;
  /** An editor for a stream as the upstream sends it; null: its events pass as they are. */
  editor(wire: Wire): FrameEditor | null;
  /**
   * How to make one answer of a stream's events, as the editor left them, for a client that did not
   * ask for a stream and could not read one; null: they pass as a stream.
   */
  gather(wire: Wire): ((events: Uint8Array) => Gathered) | null;
  /** The form in which the client gets what the upstream sends as `wire`; type null: the upstream's own. */
  client(wire: Wire): { readonly wire: Wire; readonly contentType: string | null };
  /**
   * A whole answer, status below 300, as the client gets it.
   * @param json what `body` parsed to
   * @returns the very same `body` where nothing changes; null where it is not an answer that could
   * be rewritten for the client: made one, it would look like a model that had nothing to say
   */
  whole(body: Uint8Array, json: unknown): Uint8Array | null;
  /**
   * The same call without what the server signed before, for a server that refuses a signature; null:
   * it holds none, or holds it as the client sent it.
   */
  readonly unsealed: (() => Bridge) | null;
  /** What a client gets of a stream that broke, where that depends on what it got before; null: the usual event. */
  lastWords(error: JsonRecord): Uint8Array | null;
  /** An event that says only that the stream goes on, for clients that heed no comment; null: the usual. */
  alive(): Uint8Array | null;
  /** The events by which a stream has begun that passes as it comes; null: none have come, or it is translated. */
  beginning(): Uint8Array | null;
  /** What the router says in a stream that passes as it comes; null: the usual. */
  soFar(wire: Wire): StreamSoFar | null;
  /** An error answer's body as the client gets it; null: the upstream's own. */
  readonly error: ((status: number, body: Uint8Array) => Uint8Array) | null;
}
