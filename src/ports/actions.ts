// The driving port of what people do on the pages beyond reading.

import type { Again } from "../domain/call/resend.ts";
import type { MemoryWish } from "../domain/routing/model-memory.ts";

export type SentAgain =
  /** The id of the new call, which is under way and in the log. */
  | { readonly kind: "sent"; readonly id: string }
  /** In a sentence. */
  | { readonly kind: "refused"; readonly why: string };

export type Wished =
  /** It is under way, or so already; what becomes of it, the server's state shows. */
  | { readonly kind: "begun" }
  /** In a sentence. */
  | { readonly kind: "refused"; readonly why: string };

export interface Actions {
  /** Asks every server for its models now; settles when all have answered or given up. */
  checkUpstreams(): Promise<void>;
  /** Has a server load a model, or take it out of memory; does not wait for it. */
  wishMemory(server: string, model: string, wish: MemoryWish): Wished;
  /** Sends a logged request once more; does not wait for the answer. */
  sendAgain(callId: string, again: Again): Promise<SentAgain>;
}
