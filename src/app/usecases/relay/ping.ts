// Keeps a streaming client's connection alive while it waits.
import type { Wire } from "../../../domain/protocols/bridge.ts";
import { protocols } from "../../../domain/protocols/protocol.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { AnswerStream } from "../../../ports/service.ts";
import { orAfter } from "../or-after.ts";

/**
 * A comment line, which every SSE client skips (WHATWG HTML §9.2.5) and every proxy counts as life.
 * No blank line follows it: one would end an event, and openai-python takes an event without data
 * for an answer where the upstream numbers its events.
 */
export const ping = new TextEncoder().encode(": ping\n");

const events = new Map(
  Object.entries(protocols).map(([name, { events: form }]) => [
    name,
    form.ping === null ? ping : new TextEncoder().encode(form.ping),
  ]),
);

/** The same for a stream that has begun: where its protocol has an event for it, clients count that as life. */
export function pingEvent({ protocol }: Wire): Uint8Array {
  return (protocol === null ? undefined : events.get(protocol)) ?? ping;
}

/** An answer stream that is still being found: pings until it is there, then hands over to it. */
export function pingUntil(
  coming: Promise<AnswerStream>,
  keepaliveMs: number,
  clock: Clock,
): AnswerStream {
  let found: AnswerStream | null = null;
  let first = true;
  return {
    async next() {
      if (first) {
        first = false;
        return ping;
      }
      if (found === null) {
        const stream = await orAfter(coming, keepaliveMs, clock);
        if (stream === "due") return ping;
        found = stream;
      }
      return found.next();
    },
    cancel() {
      if (found !== null) found.cancel();
      else coming.then((stream) => stream.cancel()).catch(() => undefined);
    },
  };
}
