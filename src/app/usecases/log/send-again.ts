// A logged request sent once more, through the same relay as every call; its answer goes to the log, where pages watch it come.
import {
  callAgain,
  type StoredRequest,
  whyNotAgain,
  type Again,
} from "../../../domain/call/resend.ts";
import type { SentAgain } from "../../../ports/actions.ts";
import type { Browse } from "../../../ports/browse.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Logger } from "../../../ports/logger.ts";
import type { AnswerStream, CallService } from "../../../ports/service.ts";

export interface SendAgainDeps {
  readonly browse: Pick<Browse, "get">;
  readonly service: Pick<CallService, "handle">;
  readonly clock: Pick<Clock, "now" | "id">;
  readonly logger: Pick<Logger, "error">;
}

export interface SendAgain {
  /** Does not wait for the answer; rejects where the log cannot be read. */
  send(id: string, again: Again): Promise<SentAgain>;
}

export function createSendAgain({ browse, service, clock, logger }: SendAgainDeps): SendAgain {
  return {
    async send(id, again) {
      const stored = await browse.get(id);
      if (stored === null) return { kind: "refused", why: "The log has no such request." };
      const why = whyNotAgain(stored);
      if (why !== null) return { kind: "refused", why };
      const call = callAgain(stored, bodyOf(stored), again, { id: clock.id(), now: clock.now() });
      if (call === null)
        return { kind: "refused", why: "The stored body cannot be read any more." };
      // Nobody leaves: it ends by itself, or is cancelled like every call under way.
      const answer = service.handle(call, new AbortController().signal);
      answer
        .then(({ body }) => readToEnd(body))
        .catch((error: unknown) => logger.error(String(error)));
      return { kind: "sent", id: call.id };
    },
  };
}

function bodyOf(stored: StoredRequest & { readonly request_body_encoding?: "base64" }): Uint8Array {
  const text = stored.request_body ?? "";
  return stored.request_body_encoding === "base64"
    ? Uint8Array.fromBase64(text)
    : new TextEncoder().encode(text);
}

/** What a client would read is only passed by: the log takes the answer as it comes from the upstream. */
async function readToEnd(body: Uint8Array | AnswerStream | null): Promise<void> {
  if (body === null || body instanceof Uint8Array) return;
  try {
    while ((await body.next()) !== null);
  } catch {
    // It broke, which the row says.
  }
}
