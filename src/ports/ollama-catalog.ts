// The driving port of what the router answers itself on Ollama's surface.
import type { IncomingCall } from "../domain/call/incoming-call.ts";
import type { JsonRecord } from "../domain/bytes/json.ts";

export interface Shown {
  readonly status: number;
  /** JSON. */
  readonly body: Uint8Array;
}

export interface OllamaCatalog {
  /** `/api/tags`. */
  tags(): Promise<JsonRecord>;
  /** `/api/ps`: what the Ollama servers have loaded. */
  loaded(): Promise<JsonRecord>;
  /**
   * `/api/show`.
   * @returns null where the call is to be relayed to the Ollama server that has the model
   */
  show(call: IncomingCall): Promise<Shown | null>;
}
