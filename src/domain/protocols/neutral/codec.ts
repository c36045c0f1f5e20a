// What a protocol's folder gives so that its calls can be translated: one side, the other, or both.
import type { Framing } from "../../bytes/framing.ts";
import type { JsonSource } from "../../bytes/json-source.ts";
import type { WrittenObject } from "../../bytes/json-written.ts";
import type { Endpoint } from "../../call/endpoint.ts";
import type { Gathered, Wire } from "../bridge.ts";
import type { WriterContext, AnswerEvent, AnswerEventReader, AnswerEventWriter } from "./answer.ts";
import type { Addressee } from "./addressee.ts";
import type { NeutralRequest } from "./request.ts";
import type { ServerTraits } from "../server-traits.ts";

/** Serves clients that speak the protocol. */
export interface ClientCodec {
  /** Clients keep what servers signed, and hand it back. */
  readonly keepsSeals: boolean;
  /** Of the streams that clients get. */
  readonly wire: Wire;
  readonly contentType: string;
  /** Those of its clients' headers that ask for something which servers of other protocols have not. */
  readonly headers: readonly string[];
  /** What calls to this endpoint are; null: they cannot be translated. */
  call(endpoint: Endpoint): ClientCall | null;
  /** Makes one answer of the events that the writer wrote; null: a client that asked for none gets a stream. */
  readonly gather: ((events: Uint8Array) => Gathered) | null;
  /** An upstream's error answer, as a body. @param callId for forms that name it */
  error(status: number, body: Uint8Array, callId: string): WrittenObject;
}

/** One kind of the protocol's calls. */
export interface ClientCall {
  readRequest(request: JsonSource): CallReading;
  /** Writes an answer as a stream; null: these are never streamed. */
  readonly writer: ((context: WriterContext) => AnswerEventWriter) | null;
  /** An answer that came whole, as one. @param now epoch ms */
  writeWhole(said: readonly AnswerEvent[], context: WriterContext, now: number): WrittenObject;
}

export type CallReading =
  | { readonly kind: "request"; readonly request: NeutralRequest }
  /** It asks no model for anything. @param now epoch ms */
  | { readonly kind: "idle"; readonly answer: (model: string, now: number) => WrittenObject }
  /** Invalid, for a 400. */
  | { readonly kind: "problem"; readonly message: string };

/** Asks upstreams that speak the protocol. */
export interface UpstreamCodec {
  /** Before the calls that thinking led to, servers want it back as they signed it. */
  readonly signsThinking: boolean;
  /**
   * @param model the name to send; null sends none
   * @param server who gets it
   */
  writeRequest(
    request: NeutralRequest,
    model: string | null,
    traits: ServerTraits,
    server: Addressee,
  ): WrittenRequest | CannotServe;
  /** A reader of the answer to such a request, streamed in this framing or whole. */
  reader(request: NeutralRequest["kind"], framing: Framing): AnswerEventReader;
}

export interface WrittenRequest {
  readonly kind: "request";
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly body: WrittenObject;
  /** The client's fields that have no place in it. */
  readonly dropped: readonly string[];
  /** Fields that the client did not send, and the server wants; absent: none. */
  readonly added?: readonly string[];
  /** The client's names of tools that go by another one there, by that one; absent: none does. */
  readonly renamed?: ReadonlyMap<string, string>;
}

/** Without this field the request would be another one, and the upstream has no place for it. */
export interface CannotServe {
  readonly kind: "cannot";
  readonly field: string;
}
