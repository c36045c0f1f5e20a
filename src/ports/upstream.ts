// One exchange with a model server. Failures are values; nothing here throws.
import type { HeaderList } from "../domain/http/headers.ts";

export interface UpstreamRequest {
  readonly method: string;
  /** Absolute, with query. */
  readonly url: string;
  readonly headers: HeaderList;
  /** null: no body. */
  readonly body: Uint8Array | null;
  readonly connectTimeoutMs: number;
  /** Silence before the head and between bytes. */
  readonly silenceTimeoutMs: number;
  /** Opens a connection of its own instead of taking a kept one. */
  readonly freshConnection: boolean;
  /** Path of a PEM file with a private CA; null: the system's. */
  readonly ca: string | null;
  /** URL of an outgoing HTTP proxy, with its user name and password; null: none. */
  readonly proxy: string | null;
  /** Skips the check of the server's certificate. */
  readonly insecure: boolean;
}

export type NoAnswer =
  | {
      readonly kind: "unreachable";
      readonly reason: "refused" | "unresolved" | "unreachable";
      readonly message: string;
      readonly connectMs: number | null;
    }
  | {
      readonly kind: "timed-out";
      readonly timer: "connect" | "silence";
      readonly message: string;
      readonly connectMs: number | null;
    }
  /** The connection was lost before any byte of an answer. */
  | { readonly kind: "reset"; readonly message: string; readonly connectMs: number | null }
  | { readonly kind: "aborted" };

export interface UpstreamAnswer {
  readonly kind: "answered";
  readonly status: number;
  readonly headers: HeaderList;
  /** ms from sending until connected; null where a fast or kept connection was not watched. */
  readonly connectMs: number | null;
  readonly body: UpstreamBody;
}

export type BodyRead =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "broke"; readonly message: string }
  /** The bytes are not in the coding that the answer's head names; the connection held. */
  | { readonly kind: "undecodable"; readonly message: string }
  | { readonly kind: "timed-out"; readonly message: string }
  | { readonly kind: "aborted" };

/** An answer's bytes, decoded from any content encoding. One `read` at a time; reading is what pulls from the socket. */
export interface UpstreamBody {
  read(): Promise<BodyRead>;
  /** Closes the connection; a later `read` answers `aborted`. Safe to call at any time, any number of times. */
  cancel(): void;
}

/** One request, and what it comes to. */
export interface Exchange {
  /** Settles with the answer's head, or with why there is none. Never rejects. */
  readonly reply: Promise<UpstreamAnswer | NoAnswer>;
  /**
   * Nobody wants the answer any more: closes the connection, be it there or still asked for. Safe to
   * call at any time, any number of times; a reply or a read still awaited is then `aborted`.
   */
  cancel(): void;
}

export interface Upstream {
  send(request: UpstreamRequest): Exchange;
}
