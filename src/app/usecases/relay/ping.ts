// Keeps a streaming client's connection alive while it waits.
import type { Frame } from "../../../domain/bytes/frame.ts";
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { createSseSplitter } from "../../../domain/bytes/sse.ts";
import type { Wire } from "../../../domain/protocols/bridge.ts";
import type { EarlyEvents } from "../../../domain/protocols/event-reading.ts";
import { protocols } from "../../../domain/protocols/protocol.ts";
import { frameJson } from "../../../domain/protocols/stream-reader.ts";
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

/** After so long, in ms, clients that take comments for nothing are to get an event: they give up after 300 s. */
export const eventMs = 120_000;

/**
 * An answer stream that is still being found: pings until it is there, then hands over to it.
 * @param early events that what comes can follow; null: comments are all that may go out
 */
export function pingUntil(
  coming: Promise<AnswerStream>,
  keepaliveMs: number,
  clock: Clock,
  early: () => EarlyEvents | null,
): AnswerStream {
  let found: AnswerStream | null = null;
  let first = true;
  let silentSince = clock.elapsed();
  let events: EarlyEvents | null = null;

  function alive(): Uint8Array {
    const now = clock.elapsed();
    if (now - silentSince < eventMs) return ping;
    events ??= early();
    if (events === null) return ping;
    silentSince = now;
    return events.alive(clock.now());
  }

  return {
    async next() {
      if (first) {
        first = false;
        return ping;
      }
      if (found === null) {
        const stream = await orAfter(coming, keepaliveMs, clock);
        if (stream === "due") return alive();
        found = events === null ? stream : following(stream, events);
      }
      return found.next();
    },
    cancel() {
      if (found !== null) found.cancel();
      else coming.then((stream) => stream.cancel()).catch(() => undefined);
    },
  };
}

/** An answer's stream behind events that went out before it. */
function following(stream: AnswerStream, early: EarlyEvents): AnswerStream {
  const splitter = createSseSplitter();
  let isOver = false;

  function follow(frames: readonly (Frame | null)[]): Uint8Array {
    return joinBytes(
      frames.flatMap((frame) => (frame === null ? [] : early.follow(frame, frameJson(frame)))),
    );
  }

  return {
    async next() {
      while (!isOver) {
        const piece = await stream.next();
        // A comment without an end would wait for the event behind it.
        if (piece === ping && splitter.between()) return ping;
        isOver = piece === null;
        const said = follow(piece === null ? [splitter.end()] : splitter.push(piece));
        if (said.length > 0) return said;
      }
      return null;
    },
    cancel: (unfit) => stream.cancel(unfit),
  };
}
