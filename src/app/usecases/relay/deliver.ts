// A committed answer on its way to the client: held events first, then the rest at the client's pace, one ending.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { eventBreak } from "../../../domain/bytes/framing.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { AnswerStream } from "../../../ports/service.ts";
import type { Capture } from "./capture.ts";
import type { LiveStep } from "./event-stream.ts";
import type { CommittedAnswer } from "./committed.ts";
import { limit, type Limit, noLimit } from "../or-after.ts";
import { ping } from "./ping.ts";
import type { StreamFailure } from "./stream-failure.ts";

export type DeliveryEnding =
  | { readonly kind: "complete" }
  | { readonly kind: "client-gone" }
  | { readonly kind: "broke"; readonly failure: StreamFailure };

/**
 * The rest of a call whose answer has been committed to.
 * @param keepaliveMs silence towards the client until a ping goes out; 0: none
 * @param delivered gets every piece of the answer that the client gets, pings aside
 * @param onEnd called once, unless a fault comes first
 * @param onFault called with a throw that nobody expected; returns the last words; null: none
 */
export function deliver(
  answer: CommittedAnswer,
  keepaliveMs: number,
  clock: Clock,
  delivered: Pick<Capture, "add">,
  onEnd: (ending: DeliveryEnding) => void,
  onFault: (error: unknown) => Uint8Array | null,
): AnswerStream {
  const source = answer.rest;
  // Not a copy: what has been sent must be free to go.
  const queue = answer.held;
  const { framing } = answer.wire;
  let outcome: LiveStep["outcome"] = source === null ? "ended" : "open";
  /** Once the queue is empty, the client has the whole answer. */
  let complete = answer.complete;
  let reading: Promise<LiveStep> | null = null;
  let over = false;

  function end(ending: DeliveryEnding): void {
    if (over) return;
    over = true;
    onEnd(ending);
  }

  /** @throws where closing the connection is all that is left to say */
  function breakOff(failure: StreamFailure): Uint8Array {
    source?.cancel();
    end({ kind: "broke", failure });
    const words = answer.lastWords(failure);
    if (words === null) throw new BrokenAnswer(failure.message);
    return source?.midEvent() === true ? joinBytes([eventBreak[framing], words]) : words;
  }

  /**
   * One limit for all reads until something can be sent: what is held back keeps no client alive.
   * Within an event there is none, for there is no place for a comment.
   */
  function silence(): Limit {
    return framing === "sse" && keepaliveMs > 0 ? limit(keepaliveMs, clock) : noLimit;
  }

  /** Nothing follows what is said after a fault. */
  function faulted(error: unknown): Uint8Array | null {
    over = true;
    queue.length = 0;
    return onFault(error);
  }

  async function next(): Promise<Uint8Array | null> {
    let wait: Limit | null = null;
    try {
      try {
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
          if (outcome !== "open") return breakOff(outcome);
          wait ??= source.midEvent() ? noLimit : silence();
          reading ??= source.next();
          const step = await wait.or(reading);
          if (step === "due") return ping;
          reading = null;
          for (const part of step.pieces) queue.push(part);
          ({ outcome, complete } = step);
        }
      } finally {
        wait?.lift();
      }
    } catch (error) {
      const words = error instanceof BrokenAnswer ? null : faulted(error);
      if (words === null) throw error;
      return words;
    }
  }

  return {
    next,
    cancel(unfit) {
      try {
        source?.cancel();
        if (unfit !== undefined) end({ kind: "broke", failure: unfitted(unfit) });
        else end({ kind: complete && queue.length === 0 ? "complete" : "client-gone" });
      } catch (error) {
        faulted(error);
      }
    },
  };
}

function unfitted(message: string): StreamFailure {
  return { reason: "malformed_event", message, codes: [], event: null };
}

/** Thrown by `AnswerStream.next` when all that is left to say is closing the connection. */
class BrokenAnswer extends Error {}
