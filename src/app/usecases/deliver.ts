// An opened answer on its way to the client: held events first, then the rest at the client's pace, one ending.
import { joinBytes } from "../../domain/bytes.ts";
import { errorEvent } from "../../domain/dialects/wire-format.ts";
import { errorObject, problem } from "../../domain/problem.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AnswerStream } from "../../ports/service.ts";
import type { Capture } from "./capture.ts";
import type { LiveStep, StreamFailure } from "./live-source.ts";
import type { OpenedAnswer } from "./open-answer.ts";
import { orAfter } from "./or-after.ts";

export type DeliveryEnding =
  | { readonly kind: "complete" }
  | { readonly kind: "client-gone" }
  | { readonly kind: "broke"; readonly failure: StreamFailure };

/** A comment line that every SSE client skips (WHATWG HTML §9.2.5) and every proxy counts as life. */
const ping = new TextEncoder().encode(": ping\n\n");

/** Ends an event that was torn, so that the next one stands by itself. */
const eventBreak = new TextEncoder().encode("\n\n");

/**
 * The rest of a call whose answer has been opened.
 * @param keepaliveMs silence towards the client until a ping goes out; 0: none
 * @param delivered told of every piece of the answer that the client gets, pings aside
 * @param onEnd called exactly once
 */
export function deliver(
  answer: OpenedAnswer,
  keepaliveMs: number,
  clock: Clock,
  delivered: Pick<Capture, "add">,
  onEnd: (ending: DeliveryEnding) => void,
): AnswerStream {
  const source = answer.rest;
  // Not a copy: what has been sent must be free to go.
  const queue = answer.held;
  const pings = answer.wire.framing === "sse" ? keepaliveMs : 0;
  let outcome: LiveStep["outcome"] = source === null ? "ended" : "open";
  let reading: Promise<LiveStep> | null = null;
  let over = false;

  function end(ending: DeliveryEnding): void {
    if (over) return;
    over = true;
    onEnd(ending);
  }

  /** What the client is told when the stream fails; null where the format has no words for it. */
  function lastWords(failure: StreamFailure): Uint8Array | null {
    if (failure.event !== null) return failure.event;
    const { framing, format } = answer.wire;
    if (framing === "none") return null;
    // A client that is still there to read this was not the one who left.
    const kind =
      failure.reason === "client_gone"
        ? "cancelled"
        : failure.reason === "silence_timeout"
          ? "upstream_timeout"
          : "upstream_broken";
    return errorEvent(format, framing, errorObject(problem(kind, failure.message)));
  }

  return {
    async next() {
      for (;;) {
        const piece = queue.shift();
        if (piece !== undefined) {
          delivered.add(piece);
          return piece;
        }
        if (over) return null;
        if (outcome === "ended" || source === null) {
          end({ kind: "complete" });
          return null;
        }
        if (outcome !== "open") {
          const failure = outcome;
          source.cancel();
          end({ kind: "broke", failure });
          const words = lastWords(failure);
          if (words === null) throw new BrokenAnswer(failure.message);
          return source.torn() ? joinBytes([eventBreak, words]) : words;
        }
        reading ??= source.next();
        const step = await orAfter(reading, source.torn() ? 0 : pings, clock);
        if (step === "due") return ping;
        reading = null;
        for (const part of step.pieces) queue.push(part);
        outcome = step.outcome;
      }
    },
    cancel(unfit) {
      source?.cancel();
      end(
        unfit === undefined ? { kind: "client-gone" } : { kind: "broke", failure: unfitted(unfit) },
      );
    },
  };
}

function unfitted(message: string): StreamFailure {
  return { reason: "malformed_event", message, codes: [], event: null };
}

/** Thrown by `AnswerStream.next` when all that is left to say is closing the connection. */
class BrokenAnswer extends Error {}

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
