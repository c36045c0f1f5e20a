// A client's request as the rest of the program sees it: read once, parsed once, immutable.
import type { JsonRecord } from "../bytes/json.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HeaderList } from "../http/headers.ts";

/** Where a body names its model, and so how another name is put there. */
export type BodyKind = "json" | "multipart" | "none";

export interface IncomingCall {
  /** UUIDv7; the log row's id and the client's `X-Request-Id`. */
  readonly id: string;
  /** Epoch ms at which the request was read. */
  readonly receivedAt: number;
  /** What method and path stand for. */
  readonly endpoint: Endpoint;
  readonly method: string;
  /** As the client sent it, without the query. */
  readonly path: string;
  /** With its leading `?`, or empty. */
  readonly query: string;
  readonly headers: HeaderList;
  /** The client's address. */
  readonly sourceIp: string;
  /** Who opened the connection, where that is a trusted proxy and not the client. */
  readonly peerIp?: string;
  /** The `sub` of the client's token, where it showed one. */
  readonly user: string | null;
  /** The logged request that this one repeats; clients cannot say so. */
  readonly resentFrom?: string;
  readonly body: Uint8Array;
  readonly bodyKind: BodyKind;
  /**
   * What a JSON body holds, parsed when it is first asked for; null for every other kind, and where
   * a large one turns out not to be a JSON object (`bodyProblem` says why).
   */
  readonly json: () => JsonRecord | null;
  /** The model the body asks for; null where it names none. */
  readonly model: string | null;
  /** The member of a JSON body that names it. */
  readonly modelKey: string;
  /** Whether the client asked for a stream (Ollama's clients get one unless they decline). */
  readonly wantsStream: boolean;
  /** It refers to what was said before by ids that were found; absent: it says all itself. */
  readonly continues?: Continuation;
}

/** What a call of Responses refers to by ids. */
export interface Continuation {
  /** The answer that it continues; null: it refers to items only. */
  readonly previous: string | null;
  /** The server that said all of it in Responses itself, by name; null: not one alone. */
  readonly maker: string | null;
  /** That server keeps it, and finds it by its ids. */
  readonly isStored: boolean;
  /** The same request with all of it in place of the ids. */
  readonly whole: RequestBody;
  /** As `whole`, without what only its maker understands. */
  readonly elsewhere: () => RequestBody;
}

export type RequestBody = Pick<IncomingCall, "body" | "json">;
