// What the client gets where no target answered, and how its row ends then.
import { loggedAttempt } from "../../../domain/failover/attempt.ts";
import { bodyProblem } from "../../../domain/call/read-request.ts";
import { headerValue, responseHeaders } from "../../../domain/http/headers.ts";
import { type AttemptFailure, timedOut } from "../../../domain/failover/judge.ts";
import { errorBody } from "../../../domain/protocols/errors.ts";
import { problem, problemStatus, type RequestProblem } from "../../../domain/http/problem.ts";
import type { RoutePlan } from "../../../domain/routing/plan.ts";
import type { Answer } from "../../../ports/service.ts";
import { type Captured, captureWhole, type CaptureLimits } from "./capture.ts";
import type { Lost } from "./try-target.ts";
import { alsoKnownAs, routedHeaders, upstreamHasId } from "./routed-headers.ts";
import type { CallSession, Ending } from "./call-session.ts";
import { upstreamRequestId } from "./session.ts";

const text = new TextEncoder();

/** Ends the call's row with the answer it returns. */
export function failedAnswer(
  session: CallSession,
  plan: RoutePlan,
  { last, passOn }: Lost,
  limits: CaptureLimits,
): Answer {
  const outcome = session.lastOutcome();
  const target = outcome?.target ?? plan.targets[0];
  const lastOver = session.lastOver();
  const attempts = session.attempts();
  const dropped = lastOver?.dropped() ?? [];
  const routed = [
    ...routedHeaders(session.call.id, target, outcome?.way ?? null, attempts.length, dropped),
    ...alsoKnownAs(session.call),
  ];
  const { id: requestId, endpoint } = session.call;
  const ends = (
    answer: Answer & { readonly body: Uint8Array },
    ending: Partial<Ending>,
  ): Answer => {
    using delivered = captureWhole(answer.body, limits);
    session.end({
      state: "failed",
      statusCode: answer.status,
      error: last.message,
      headers: answer.headers,
      delivered: cameAs(answer.body, lastOver?.received ?? null) ? null : delivered.body(),
      ...ending,
    });
    return answer;
  };

  if (last.reason === "client_gone") {
    const headers: [string, string][] = [["content-type", "application/json"], ...routed];
    const body = text.encode(
      errorBody(endpoint.protocol, problem("cancelled", last.message), { requestId }),
    );
    // Read only where it was not the client who left, so nobody got it otherwise.
    const unseen = { state: "cancelled", headers: [], delivered: null } as const;
    return ends({ status: 499, headers, body }, unseen);
  }
  // What an upstream says of a body that is not JSON is not said in the words that clients know here.
  const unfit = last.reason === "status" ? bodyProblem(session.call) : null;
  if (unfit !== null) {
    const headers: [string, string][] = [["content-type", "application/json"], ...routed];
    const body = text.encode(errorBody(endpoint.protocol, unfit, { requestId }));
    return ends({ status: problemStatus(unfit.kind), headers, body }, { error: unfit.message });
  }
  if (passOn && last.answer !== null) {
    const { status, headers: theirs, body } = last.answer;
    // Theirs stands there already.
    const own = upstreamHasId(theirs) ? routed.filter(([name]) => name !== "request-id") : routed;
    const headers = [...responseHeaders(theirs, session.call.method), ...own];
    return ends({ status, headers, body }, { upstreamRequestId: upstreamRequestId(theirs) });
  }
  if (last.reason === "cannot") {
    const headers: [string, string][] = [["content-type", "application/json"], ...routed];
    const extra = plan.targets.length > 1 ? { attempts: attempts.map(loggedAttempt) } : {};
    const why = problem("invalid_request", last.message);
    const body = text.encode(errorBody(endpoint.protocol, why, { requestId, extra }));
    return ends({ status: problemStatus(why.kind), headers, body }, {});
  }
  const described = tellFailure(target.server.name, plan, last);
  const status = plan.targets.length > 1 ? statusAfter(last) : problemStatus(described.kind);
  const headers: [string, string][] = [["content-type", "application/json"], ...routed];
  const retryAfter =
    last.answer === null
      ? secondsOf(last.retryAfterMs)
      : headerValue(last.answer.headers, "retry-after");
  if (retryAfter !== null && (status === 429 || status === 503))
    headers.push(["retry-after", retryAfter]);
  const extra =
    plan.targets.length > 1 || described.kind === "unfit_answer"
      ? { attempts: attempts.map(loggedAttempt) }
      : {};
  const body = text.encode(errorBody(endpoint.protocol, described, { status, requestId, extra }));
  return ends({ status, headers, body }, { error: described.message });
}

/** Whether the body is, byte for byte, what the attempt asked last received. */
function cameAs(body: Uint8Array, received: Captured | null): boolean {
  if (received === null || received.size() !== body.length) return body.length === 0;
  let at = 0;
  for (const chunk of received.body()?.chunks ?? [])
    for (const byte of chunk) if (byte !== body[at++]) return false;
  return true;
}

function tellFailure(name: string, plan: RoutePlan, last: AttemptFailure): RequestProblem {
  if (last.reason === "unfit")
    return problem("unfit_answer", `no fit answer; the last, of upstream ${name}: ${last.message}`);
  if (plan.targets.length > 1)
    return problem(
      "all_upstreams_failed",
      `all ${plan.targets.length} upstreams failed; the last, ${name}: ${last.message}`,
    );
  const words = `upstream ${name}: ${last.message}`;
  if (timedOut(last)) return problem("upstream_timeout", words);
  if (last.reason === "queue_full") return problem("overloaded", words);
  const began = ["broken", "bad_encoding", "no_end", "malformed_event"].includes(last.reason);
  return problem(began ? "upstream_broken" : "upstream_unreachable", words);
}

function statusAfter(last: AttemptFailure): number {
  return last.status ?? (timedOut(last) ? 504 : 502);
}

/** As `Retry-After` wants it: whole seconds (RFC 9110 §10.2.3). */
function secondsOf(ms: number | null): string | null {
  return ms === null ? null : String(Math.ceil(ms / 1_000));
}
