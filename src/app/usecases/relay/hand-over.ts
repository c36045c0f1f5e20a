// An answer that has been committed to: who owns the attempt until the client has all of it, and how the call ends.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { eventBreak } from "../../../domain/bytes/framing.ts";
import { type HeaderList, responseHeaders } from "../../../domain/http/headers.ts";
import { errorObject, internalError } from "../../../domain/http/problem.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Answer } from "../../../ports/service.ts";
import { cancelledHere, clientWentAway } from "../cancellation.ts";
import { type CaptureLimits, createDelivered, type Delivered } from "./capture.ts";
import { deliver, type DeliveryEnding } from "./deliver.ts";
import { clientLeft } from "./attempt-failures.ts";
import type { Won } from "./try-target.ts";
import { alsoKnownAs, routedHeaders, upstreamHasId } from "./routed-headers.ts";
import type { CallSession } from "./call-session.ts";
import { upstreamRequestId } from "./session.ts";

export interface HandOverDeps extends CaptureLimits {
  readonly clock: Clock;
  /** ms; 0: none. */
  readonly sseKeepaliveMs: number;
}

/** Takes over what the attempt holds: it is given back with the call's one ending, whoever brings that about. */
export function handOver(session: CallSession, won: Won, deps: HandOverDeps): Answer {
  const winner = new HandedOver(session, won, deps);
  try {
    return winner.answer();
  } catch (error) {
    winner[Symbol.dispose]();
    throw error;
  }
}

class HandedOver implements Disposable {
  readonly #session: CallSession;
  readonly #won: Won;
  readonly #deps: HandOverDeps;
  #headers: HeaderList = [];
  #delivered: Delivered | null = null;
  #listening: Disposable | null = null;

  constructor(session: CallSession, won: Won, deps: HandOverDeps) {
    this.#session = session;
    this.#won = won;
    this.#deps = deps;
  }

  answer(): Answer {
    const { answer, attempt } = this.#won;
    const { call, cancellation } = this.#session;
    const { status, wire } = answer;
    const own = routedHeaders(
      call.id,
      attempt.target,
      attempt.way,
      this.#session.attemptCount(),
      attempt.dropped(),
    );
    if (attempt.isEstimated()) own.push(["x-smolrouter-estimated", "input_tokens"]);
    if (!upstreamHasId(answer.headers)) own.push(...alsoKnownAs(call));
    this.#headers = responseHeaders(answer.headers, call.method, own);
    const delivered = createDelivered(this.#deps, attempt.received, answer);
    this.#delivered = delivered;
    if (answer.rest === null && wire.framing === "none") {
      for (const piece of answer.held) delivered.add(piece);
      const body = joinBytes(answer.held);
      this.#over(complete);
      return { status, headers: this.#headers, body };
    }
    const { sseKeepaliveMs, clock } = this.#deps;
    const body = deliver(
      answer,
      sseKeepaliveMs,
      clock,
      delivered,
      (ending) => this.#over(ending),
      (error) => this.#faulted(error),
    );
    // Nobody may ever pull from an answer whose client has left. One that was cancelled by someone
    // else learns of it when it next pulls, but holds nothing until then.
    const stop = () => (cancellation.reason() === cancelledHere ? this.#release() : body.cancel());
    if (cancellation.reason() !== null) stop();
    else this.#listening = cancellation.onCancel(stop);
    return { status, headers: this.#headers, body };
  }

  /** Whatever throws, the rest is given back all the same. */
  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
    this.#delivered?.[Symbol.dispose]();
    try {
      this.#won.attempt[Symbol.dispose]();
    } finally {
      this.#won.permit[Symbol.dispose]();
    }
  }

  #release(): void {
    this.#session.release(this);
  }

  /** Called once. */
  #over(ending: DeliveryEnding): void {
    const { answer, attempt } = this.#won;
    const session = this.#session;
    try {
      const failure = ending.kind === "broke" ? ending.failure : null;
      const gone = ending.kind === "client-gone" || failure?.reason === "client_gone";
      const broken = gone
        ? { ...clientLeft, message: session.cancellation.reason() ?? clientWentAway }
        : failure;
      attempt.judged(broken === null ? null : { ...broken, status: null });
      session.over(attempt, attempt.outcome(broken, answer.remark()));
      session.end({
        state: gone ? "cancelled" : failure === null ? "completed" : "failed",
        statusCode: answer.status,
        error: broken?.message ?? null,
        headers: this.#headers,
        upstreamRequestId: upstreamRequestId(answer.headers),
        heldPartially: answer.heldPartially,
        warnings: answer.warnings(),
        delivered: this.#delivered?.body() ?? null,
      });
    } finally {
      this.#release();
    }
  }

  /** A fault of the router's own: an ending like any other. */
  #faulted(error: unknown): Uint8Array | null {
    const { answer } = this.#won;
    const { wire, status, rest } = answer;
    const session = this.#session;
    try {
      const delivered = this.#delivered?.body() ?? null;
      session.fail(error, { statusCode: status, headers: this.#headers, delivered });
      if (wire.framing === "none") return null;
      const words = answer.errorWords(errorObject(internalError));
      return rest?.midEvent() === true ? joinBytes([eventBreak[wire.framing], words]) : words;
    } finally {
      this.#release();
    }
  }
}

const complete = { kind: "complete" } as const;
