// An answer that has been committed to: who owns the attempt until the client has all of it, and how the call ends.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { errorEvent } from "../../../domain/protocols/errors.ts";
import { eventBreak } from "../../../domain/bytes/framing.ts";
import { responseHeaders } from "../../../domain/http/headers.ts";
import { errorObject, internalError } from "../../../domain/http/problem.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Answer } from "../../../ports/service.ts";
import { cancelledHere, clientWentAway } from "../cancellation.ts";
import { type CaptureLimits, createDelivered } from "./capture.ts";
import { deliver, type DeliveryEnding } from "./deliver.ts";
import { clientLeft } from "./attempt-failures.ts";
import type { Won } from "./failover.ts";
import { routedHeaders } from "./routed-headers.ts";
import { type CallSession, upstreamRequestId } from "./session.ts";

export interface HandOverDeps extends CaptureLimits {
  readonly clock: Clock;
  /** ms; 0: none. */
  readonly sseKeepaliveMs: number;
}

/** Takes over what the attempt holds: it is given back with the call's one ending, whoever brings that about. */
export function handOver(
  session: CallSession,
  { answer, attempt, scope }: Won,
  deps: HandOverDeps,
): Answer {
  using unlessTakenOver = new DisposableStack();
  unlessTakenOver.use(scope);
  const { cancellation } = session;
  const { status, wire } = answer;
  const headers = [
    ...responseHeaders(answer.headers, session.call.method),
    ...routedHeaders(
      session.call.id,
      attempt.target,
      session.attempts().length + 1,
      attempt.dropped(),
    ),
  ];
  const delivered = scope.use(createDelivered(deps, attempt.received, () => answer.changed()));

  const release = () => session.release(scope);

  /** Called once. */
  function over(ending: DeliveryEnding): void {
    using held = new DisposableStack();
    held.defer(release);
    const failure = ending.kind === "broke" ? ending.failure : null;
    const gone = ending.kind === "client-gone" || failure?.reason === "client_gone";
    const broken = gone
      ? { ...clientLeft, message: cancellation.reason() ?? clientWentAway }
      : failure;
    attempt.judged(broken === null ? null : { ...broken, status: null });
    session.over(attempt, attempt.outcome(broken, answer.remark()));
    session.end({
      state: gone ? "cancelled" : failure === null ? "completed" : "failed",
      statusCode: status,
      error: broken?.message ?? null,
      headers,
      upstreamRequestId: upstreamRequestId(answer.headers),
      heldPartially: answer.heldPartially,
      warnings: answer.warnings(),
      delivered: delivered.body(),
    });
  }

  /** A fault of the router's own: an ending like any other. */
  function faulted(error: unknown): Uint8Array | null {
    using held = new DisposableStack();
    held.defer(release);
    session.fail(error, { statusCode: status, headers, delivered: delivered.body() });
    if (wire.framing === "none") return null;
    const words = errorEvent(wire, errorObject(internalError), session.call.id);
    return answer.rest?.midEvent() === true ? joinBytes([eventBreak[wire.framing], words]) : words;
  }

  if (answer.rest === null && wire.framing === "none") {
    for (const piece of answer.held) delivered.add(piece);
    const body = joinBytes(answer.held);
    over({ kind: "complete" });
    return { status, headers, body };
  }
  const body = deliver(answer, deps.sseKeepaliveMs, deps.clock, delivered, over, faulted);
  // Nobody may ever pull from an answer whose client has left. One that was cancelled by someone
  // else learns of it when it next pulls, but holds nothing until then.
  const stop = () => (cancellation.reason() === cancelledHere ? release() : body.cancel());
  if (cancellation.reason() !== null) stop();
  else scope.use(cancellation.onCancel(stop));
  unlessTakenOver.move();
  return { status, headers, body };
}
