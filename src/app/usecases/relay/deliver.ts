// A committed answer on its way to the client: held events first, then the rest at the client's pace, one ending.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { eventBreak } from "../../../domain/bytes/framing.ts";
import type { Clock, Deadlines } from "../../../ports/clock.ts";
import type { AnswerStream } from "../../../ports/service.ts";
import type { Capture } from "./capture.ts";
import type { LiveStep } from "./event-stream.ts";
import type { CommittedAnswer } from "./committed.ts";
import { eventMs, ping, pingEvent } from "./ping.ts";
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
  return new Delivery(answer, keepaliveMs, clock, delivered, onEnd, onFault);
}

/** Whoever pulls and has to wait. */
interface Pull {
  resolve(bytes: Uint8Array | null): void;
  reject(error: unknown): void;
}

const never = Number.POSITIVE_INFINITY;

class Delivery implements AnswerStream, Deadlines {
  readonly #answer: CommittedAnswer;
  readonly #pings: boolean;
  readonly #keepaliveMs: number;
  readonly #clock: Clock;
  readonly #delivered: Pick<Capture, "add">;
  readonly #onEnd: (ending: DeliveryEnding) => void;
  readonly #onFault: (error: unknown) => Uint8Array | null;
  /** Not a copy: what has been sent must be free to go. */
  readonly #queue: Uint8Array[];
  #outcome: LiveStep["outcome"];
  /** Once the queue is empty, the client has the whole answer. */
  #complete: boolean;
  #reading = false;
  /** The client has got something of the answer. */
  #begun = false;
  /** A read failed that nobody waited for any more. */
  #fault: { readonly error: unknown } | null = null;
  #over = false;
  #pull: Pull | null = null;
  /** When the pull that waits is answered with a ping. */
  #pingAt = never;
  /** Since when the client has got no event; null: it got one since the last wait. */
  #silentSince: number | null = null;
  /** From the first wait to the end: each event has one. */
  #isWatched = false;

  constructor(
    answer: CommittedAnswer,
    keepaliveMs: number,
    clock: Clock,
    delivered: Pick<Capture, "add">,
    onEnd: (ending: DeliveryEnding) => void,
    onFault: (error: unknown) => Uint8Array | null,
  ) {
    this.#answer = answer;
    this.#pings = answer.wire.framing === "sse" && keepaliveMs > 0;
    this.#keepaliveMs = keepaliveMs;
    this.#clock = clock;
    this.#delivered = delivered;
    this.#onEnd = onEnd;
    this.#onFault = onFault;
    this.#queue = answer.held;
    this.#outcome = answer.rest === null ? "ended" : "open";
    this.#complete = answer.complete;
  }

  next(): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      const pull = { resolve, reject };
      try {
        const now = this.#ready();
        if (now === undefined) this.#wait(pull);
        else resolve(now);
      } catch (error) {
        this.#broke(pull, error);
      }
    });
  }

  cancel(unfit?: string): void {
    try {
      this.#answer.rest?.cancel();
      if (unfit !== undefined) this.#end({ kind: "broke", failure: unfitted(unfit) });
      else {
        const hasAll = this.#complete && this.#queue.length === 0;
        this.#end({ kind: hasAll ? "complete" : "client-gone" });
      }
    } catch (error) {
      this.#faulted(error);
    }
  }

  check(elapsed: number): void {
    if (elapsed >= this.#pingAt && this.#pull !== null)
      this.#answerPull(this.#pull, this.#ping(elapsed));
  }

  /**
   * What can be sent now; undefined: it has to be waited for.
   * @throws BrokenAnswer where closing the connection is all that is left to say
   */
  #ready(): Uint8Array | null | undefined {
    if (this.#fault !== null) throw this.#fault.error;
    const piece = this.#queue.shift();
    if (piece !== undefined) {
      this.#begun = true;
      this.#silentSince = null;
      this.#delivered.add(piece);
      return piece;
    }
    if (this.#over) return null;
    const outcome = this.#outcome;
    if (outcome === "open") return undefined;
    if (outcome !== "ended") return this.#breakOff(outcome);
    this.#end({ kind: "complete" });
    return null;
  }

  /**
   * One limit for all reads until something can be sent: what is held back keeps no client alive.
   * Within an event there is none, for there is no place for a comment.
   */
  #wait(pull: Pull): void {
    const source = this.#answer.rest;
    this.#pull = pull;
    if (this.#pings && source?.midEvent() === false) {
      const now = this.#clock.elapsed();
      this.#silentSince ??= now;
      this.#pingAt = Math.min(now + this.#keepaliveMs, Math.max(now, this.#silentSince + eventMs));
      this.#startWatching();
    } else this.#stopWatching();
    if (!this.#reading) this.#read();
  }

  #ping(elapsed: number): Uint8Array {
    if (!this.#begun) return ping;
    const isLong = this.#silentSince !== null && elapsed - this.#silentSince >= eventMs;
    const event = isLong ? (this.#answer.rest?.alive() ?? null) : null;
    // What has no such event is asked for one again no sooner.
    if (isLong) this.#silentSince = elapsed;
    return event ?? pingEvent(this.#answer.wire);
  }

  #answerPull(pull: Pull, bytes: Uint8Array | null): void {
    try {
      this.#stopWaiting();
      pull.resolve(bytes);
    } catch (error) {
      this.#broke(pull, error);
    }
  }

  #stopWaiting(): void {
    this.#pull = null;
    this.#pingAt = never;
    if (this.#over) this.#stopWatching();
  }

  #startWatching(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#clock.watch(this);
    // It may have been stopped meanwhile.
    this.#isWatched = true;
  }

  #stopWatching(): void {
    if (!this.#isWatched) return;
    this.#isWatched = false;
    this.#clock.unwatch(this);
  }

  #read(): void {
    this.#reading = true;
    this.#answer.rest?.next().then(this.#took, this.#failed);
  }

  readonly #took = ({ pieces, outcome, complete }: LiveStep): void => {
    this.#reading = false;
    for (const piece of pieces) this.#queue.push(piece);
    this.#outcome = outcome;
    this.#complete = complete;
    const pull = this.#pull;
    if (pull === null) return;
    try {
      const now = this.#ready();
      if (now === undefined) this.#read();
      else this.#answerPull(pull, now);
    } catch (error) {
      this.#broke(pull, error);
    }
  };

  readonly #failed = (error: unknown): void => {
    const pull = this.#pull;
    if (pull === null) {
      this.#fault = { error };
      return;
    }
    this.#broke(pull, error);
  };

  #broke(pull: Pull, error: unknown): void {
    try {
      this.#stopWaiting();
    } catch {
      // The error at hand came first.
    }
    try {
      const words = error instanceof BrokenAnswer ? null : this.#faulted(error);
      if (words === null) pull.reject(error);
      else pull.resolve(words);
    } catch (another) {
      pull.reject(another);
    }
  }

  /** Nothing follows what is said after a fault. */
  #faulted(error: unknown): Uint8Array | null {
    this.#over = true;
    this.#fault = null;
    this.#queue.length = 0;
    try {
      this.#stopWatching();
    } catch {
      // The error at hand came first.
    }
    return this.#onFault(error);
  }

  #end(ending: DeliveryEnding): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopWatching();
    this.#onEnd(ending);
  }

  /** @throws where closing the connection is all that is left to say */
  #breakOff(failure: StreamFailure): Uint8Array {
    const source = this.#answer.rest;
    source?.cancel();
    this.#end({ kind: "broke", failure });
    const words = this.#answer.lastWords(failure);
    if (words === null) throw new BrokenAnswer(failure.message);
    return source?.midEvent() === true
      ? joinBytes([eventBreak[this.#answer.wire.framing], words])
      : words;
  }
}

function unfitted(message: string): StreamFailure {
  return { reason: "malformed_event", message, codes: [], event: null };
}

/** Thrown by `AnswerStream.next` when all that is left to say is closing the connection. */
class BrokenAnswer extends Error {}
