// A call's whole way: plan, attempts, answer, ending. Every front door comes through here.
import type { IncomingCall } from "../../domain/call.ts";
import { loggedAttempt } from "../../domain/attempt.ts";
import { joinBytes } from "../../domain/bytes.ts";
import { headerSafe, headerValue, responseHeaders } from "../../domain/headers.ts";
import { type AttemptFailure, timedOut } from "../../domain/judge.ts";
import { errorBody, problem, problemStatus, type RequestProblem } from "../../domain/problem.ts";
import { capableTargets } from "../../domain/ollama-targets.ts";
import { planRoute, type RoutePlan } from "../../domain/routing/plan.ts";
import type { Routing } from "../../domain/routing/types.ts";
import type { Answer, CallService } from "../../ports/service.ts";
import {
  type CallSession,
  openSession,
  type SessionDeps,
  upstreamRequestId,
} from "./call-session.ts";
import { createDelivered } from "./capture.ts";
import { deliver, type DeliveryEnding } from "./deliver.ts";
import { earlyAnswer } from "./early-answer.ts";
import { orAfter } from "./or-after.ts";
import type { Models } from "./models.ts";
import { whoLeft } from "./who-left.ts";
import { clientLeft, type Tried, tryTargets, type TryingDeps } from "./try-targets.ts";

export interface RelayDeps extends TryingDeps, SessionDeps {
  /** The routing in force; asked once per call. */
  routing(): Routing;
  readonly models: Pick<Models, "discovery" | "missed">;
  /** ms; 0: none. */
  readonly sseKeepaliveMs: number;
}

const text = new TextEncoder();

export function createRelay(deps: RelayDeps): CallService {
  async function handle(call: IncomingCall, clientGone: AbortSignal): Promise<Answer> {
    const routing = deps.routing();
    const found = planRoute(call, routing, deps.models.discovery());
    const plan = capableTargets(call, found, routing);
    if (plan === null) return refuse(call, onlyOllama(call, found));
    if (plan.route.endsWith("default")) deps.models.missed(plan.targets[0].model);
    if (headerValue(call.headers, "via")?.includes(deps.via))
      return refuse(call, loopThrough(plan));
    const session = openSession(call, plan, deps);
    const coming = answerCall(session, plan, clientGone);
    const pingable = call.wantsStream && call.service === "openai" ? deps.sseKeepaliveMs : 0;
    const answer = await orAfter(coming, pingable, deps.clock);
    if (answer !== "due") return answer;
    session.headSent(200);
    return earlyAnswer(call, coming, deps);
  }

  async function answerCall(
    session: CallSession,
    plan: RoutePlan,
    clientGone: AbortSignal,
  ): Promise<Answer> {
    const tried = await tryTargets(session, plan, clientGone, deps);
    return tried.kind === "opened"
      ? opened(session, tried, clientGone)
      : failed(session, plan, tried);
  }

  function opened(
    session: CallSession,
    tried: Extract<Tried, { kind: "opened" }>,
    clientGone: AbortSignal,
  ): Answer {
    const { answer, attempt } = tried;
    // Of a stream, only what has come by now can still be named in the head.
    session.lost(answer.lost());
    const headers = [
      ...responseHeaders(answer.headers),
      ...routedHeaders(session, attempt.target.server.name, attempt.target.model, 1),
    ];
    const delivered = createDelivered(deps.captureCap, attempt.capture, () => answer.changed());
    const over = (ending: DeliveryEnding) => {
      const failure = ending.kind === "broke" ? ending.failure : null;
      const gone = ending.kind === "client-gone" || failure?.reason === "client_gone";
      const broken = gone ? { ...clientLeft, message: whoLeft(clientGone) } : failure;
      session.note(attempt.close(broken));
      session.lost(answer.lost());
      session.end({
        state: gone ? "cancelled" : failure === null ? "completed" : "failed",
        statusCode: answer.status,
        error: broken?.message ?? null,
        headers,
        upstreamRequestId: upstreamRequestId(answer.headers),
        heldPartially: answer.heldPartially,
        warnings: answer.warnings(),
        delivered: delivered.body(),
        capture: attempt.capture,
      });
    };
    if (answer.rest === null && answer.wire.framing === "none") {
      for (const piece of answer.held) delivered.add(piece);
      over({ kind: "complete" });
      return { status: answer.status, headers, body: joinBytes(answer.held) };
    }
    const body = deliver(answer, deps.sseKeepaliveMs, deps.clock, delivered, over);
    return { status: answer.status, headers, body };
  }

  function failed(
    session: CallSession,
    plan: RoutePlan,
    tried: Extract<Tried, { kind: "failed" }>,
  ): Answer {
    const { last, passOn, capture } = tried;
    const target = session.attempts().at(-1)?.target ?? plan.targets[0];
    const routed = routedHeaders(session, target.server.name, target.model, 0);
    const seen = { upstreamRequestId: null, capture };
    if (last.reason === "client_gone") {
      const { message } = last;
      session.end({ ...seen, state: "cancelled", statusCode: 499, error: message, headers: [] });
      // Read only where it was not the client who left.
      const told = problem("cancelled", message);
      const headers: [string, string][] = [["content-type", "application/json"], ...routed];
      return { status: 499, headers, body: text.encode(errorBody(session.call.service, told)) };
    }
    if (passOn && last.answer !== null) {
      const { status, headers: theirs, body } = last.answer;
      const headers = [...responseHeaders(theirs), ...routed];
      session.end({
        state: "failed",
        statusCode: status,
        error: last.message,
        headers,
        upstreamRequestId: upstreamRequestId(theirs),
        capture,
      });
      return { status, headers, body };
    }
    const told = tellFailure(session, plan, last);
    const status = plan.targets.length > 1 ? statusAfter(last) : problemStatus(told.kind);
    const headers: [string, string][] = [["content-type", "application/json"], ...routed];
    const retryAfter =
      last.answer === null
        ? secondsOf(last.retryAfterMs)
        : headerValue(last.answer.headers, "retry-after");
    if (retryAfter !== null && (status === 429 || status === 503))
      headers.push(["retry-after", retryAfter]);
    session.end({ ...seen, state: "failed", statusCode: status, error: told.message, headers });
    const extra =
      plan.targets.length > 1 ? { attempts: session.attempts().map(loggedAttempt) } : {};
    return { status, headers, body: text.encode(errorBody(session.call.service, told, extra)) };
  }

  function routedHeaders(
    session: CallSession,
    upstream: string,
    model: string | null,
    open: number,
  ): [string, string][] {
    const { call } = session;
    const headers: [string, string][] = [
      ["x-request-id", call.id],
      ["x-smolrouter-upstream", headerSafe(upstream)],
      ["x-smolrouter-attempts", String(session.attempts().length + open)],
    ];
    const dropped = session.droppedFields();
    if (dropped.length > 0) headers.push(["x-smolrouter-dropped", headerSafe(dropped.join(","))]);
    if (model !== null) headers.push(["x-smolrouter-model", headerSafe(model)]);
    return headers;
  }

  function refuse(call: IncomingCall, told: RequestProblem): Answer {
    const status = problemStatus(told.kind);
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["x-request-id", call.id],
    ];
    if (told.retryAfter !== null) headers.push(["retry-after", String(told.retryAfter)]);
    openSession(call, null, deps).end({
      state: "failed",
      statusCode: status,
      error: told.message,
      headers,
      upstreamRequestId: null,
      capture: null,
    });
    return { status, headers, body: text.encode(errorBody(call.service, told)) };
  }

  return { handle, refuse };
}

function onlyOllama(call: IncomingCall, { targets: [first] }: RoutePlan): RequestProblem {
  const message = `${call.path} is for Ollama servers only, and ${first.server.name} is not one`;
  return problem("not_supported", message);
}

function loopThrough(plan: RoutePlan): RequestProblem {
  const { server } = plan.targets[0];
  return problem(
    "routing_loop",
    `upstream ${server.name} (${server.baseUrl}) leads back to this router; correct its address`,
  );
}

function tellFailure(session: CallSession, plan: RoutePlan, last: AttemptFailure): RequestProblem {
  const name = session.attempts().at(-1)?.target.server.name ?? plan.targets[0].server.name;
  if (plan.targets.length > 1)
    return problem(
      "all_upstreams_failed",
      `all ${plan.targets.length} upstreams failed; the last, ${name}: ${last.message}`,
    );
  const words = `upstream ${name}: ${last.message}`;
  if (timedOut(last)) return problem("upstream_timeout", words);
  if (last.reason === "queue_full") return problem("overloaded", words);
  const began = ["broken", "no_end", "malformed_event"].includes(last.reason);
  return problem(began ? "upstream_broken" : "upstream_unreachable", words);
}

function statusAfter(last: AttemptFailure): number {
  return last.status ?? (timedOut(last) ? 504 : 502);
}

/** As `Retry-After` wants it: whole seconds (RFC 9110 §10.2.3). */
function secondsOf(ms: number | null): string | null {
  return ms === null ? null : String(Math.ceil(ms / 1_000));
}
