// The driving port of what people do on the pages beyond reading.

import type { Again } from "../domain/call/resend.ts";

export type SentAgain =
  /** The id of the new call, which is under way and in the log. */
  | { readonly kind: "sent"; readonly id: string }
  /** In a sentence. */
  | { readonly kind: "refused"; readonly why: string };

export interface Actions {
  /** Asks every server for its models now; settles when all have answered or given up. */
  checkUpstreams(): Promise<void>;
  /** Sends a logged request once more; does not wait for the answer. */
  sendAgain(callId: string, again: Again): Promise<SentAgain>;
}
