// A call's whole way: plan, attempts, answer, ending. Every front door comes through here.
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import { headerValue } from "../../../domain/http/headers.ts";
import { bodyProblem } from "../../../domain/call/read-request.ts";
import { parsesBody, wayOf } from "../../../domain/protocols/choose-bridge.ts";
import type { SpokenShown } from "../../../domain/protocols/choose-way.ts";
import { capableTargets } from "../../../domain/protocols/ollama/ollama-targets.ts";
import { errorBody } from "../../../domain/protocols/errors.ts";
import {
  internalError,
  problem,
  problemStatus,
  type RequestProblem,
} from "../../../domain/http/problem.ts";
import type { RoutePlan } from "../../../domain/routing/plan.ts";
import { rememberedPlans } from "../../../domain/routing/remembered-plans.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { Answer, CallService } from "../../../ports/service.ts";
import type { ContinueCall } from "../answers/continue-call.ts";
import type { RecentAnswers } from "../answers/recent-answers.ts";
import { captureWhole, type CaptureLimits } from "./capture.ts";
import { earlyAnswer } from "./early-answer.ts";
import type { Models } from "../servers/models.ts";
import { orAfter } from "../or-after.ts";
import { alsoKnownAs } from "./routed-headers.ts";
import { failedAnswer } from "./failed-answer.ts";
import { failOver } from "./failover.ts";
import { type CountDeps, countTokens } from "./count-tokens.ts";
import { handOver, type HandOverDeps } from "./hand-over.ts";
import type { CallSession, Sent } from "./call-session.ts";
import type { RaceDeps } from "./race-targets.ts";
import { openSession, type SessionDeps } from "./session.ts";

export interface RelayDeps extends RaceDeps, HandOverDeps, SessionDeps, CountDeps {
  /** The routing in force; asked once per call. */
  routing(): Routing;
  readonly models: Pick<Models, "discovery" | "missed">;
  readonly continueCall: ContinueCall;
  /** Hears of calls whose answers may be referred to later. */
  readonly recentAnswers: Pick<RecentAnswers, "begun"> | null;
}

type WholeAnswer = Answer & { readonly body: Uint8Array };

const text = new TextEncoder();

export function createRelay(deps: RelayDeps): CallService {
  const planFor = rememberedPlans();

  /** Not itself awaiting: every promise more on the way is a turn later for the answer. */
  function handle(call: IncomingCall, clientGone: AbortSignal): Promise<Answer> {
    const go = (next: IncomingCall | RequestProblem) =>
      "message" in next ? refused(call, next) : route(next, clientGone);
    try {
      if (call.endpoint.kind !== "responses") return route(call, clientGone);
      const next = deps.continueCall(call);
      return next instanceof Promise
        ? next.then(go, (error: unknown) => faulted(call, null, error))
        : go(next);
    } catch (error) {
      return faultedHere(call, null, error);
    }
  }

  function route(call: IncomingCall, clientGone: AbortSignal): Promise<Answer> {
    let session: CallSession | null = null;
    try {
      const routing = deps.routing();
      const found = planFor(call, routing, deps.models.discovery());
      const plan = makerFirst(call, capableTargets(call, found, routing));
      if (plan === null) return refused(call, onlyOllama(call, found));
      if (plan.route.endsWith("default")) deps.models.missed(plan.targets[0].model);
      if (deps.via.isLoop(headerValue(call.headers, "via")))
        return refused(call, loopThrough(plan));
      const unfit = needsParsing(call, plan, deps.spoken) ? bodyProblem(call) : null;
      if (unfit !== null) return refused(call, unfit);
      session = openSession(call, plan, clientGone, deps);
      if (call.endpoint.kind === "responses") deps.recentAnswers?.begun(call);
      const coming = answerCall(session, plan);
      const pings = call.wantsStream && call.endpoint.protocol !== "ollama";
      return pings && deps.sseKeepaliveMs > 0 ? answerOrPings(session, plan, coming) : coming;
    } catch (error) {
      return faultedHere(call, session, error);
    }
  }

  /** Where the answer takes long, its client gets a head and pings meanwhile. */
  async function answerOrPings(
    session: CallSession,
    plan: RoutePlan,
    coming: Promise<Answer>,
  ): Promise<Answer> {
    const { call } = session;
    try {
      const answer = await orAfter(coming, deps.sseKeepaliveMs, deps.clock);
      if (answer !== "due") return answer;
      session.headSent(200);
      const beginning = () => {
        const way = session.way() ?? wayOf(call, plan.targets[0], deps.spoken);
        return way.kind === "translated" ? "own" : session.beginning();
      };
      return earlyAnswer(call, coming, beginning, deps);
    } catch (error) {
      return faulted(call, session, error);
    }
  }

  /** Never rejects: whoever waits for it may have stopped waiting. */
  async function answerCall(session: CallSession, plan: RoutePlan): Promise<Answer> {
    try {
      if (session.call.endpoint.kind === "count-tokens")
        return await countTokens(session, plan, deps);
      const outcome = await failOver(session, plan, deps);
      return outcome.kind === "won"
        ? handOver(session, outcome, deps)
        : failedAnswer(session, plan, outcome, deps);
    } catch (error) {
      return faulted(session.call, session, error);
    }
  }

  /** A fault of the router's own ends the call like any other failure. @param session null: it is not open yet */
  function faulted(call: IncomingCall, session: CallSession | null, error: unknown): Answer {
    const answer = problemAnswer(call, internalError);
    (session ?? openSession(call, null, null, deps)).fail(error, sent(answer, deps));
    return answer;
  }

  /** As `faulted`; what it throws in turn rejects. */
  async function faultedHere(
    call: IncomingCall,
    session: CallSession | null,
    error: unknown,
  ): Promise<Answer> {
    return faulted(call, session, error);
  }

  function refuse(call: IncomingCall, why: RequestProblem): Answer {
    const answer = problemAnswer(call, why);
    const state = why.kind === "cancelled" ? "cancelled" : "failed";
    openSession(call, null, null, deps).end({ ...sent(answer, deps), state, error: why.message });
    return answer;
  }

  async function refused(call: IncomingCall, why: RequestProblem): Promise<Answer> {
    return refuse(call, why);
  }

  return { handle, refuse, fail: (call, fault) => faulted(call, null, fault) };
}

/** The server that keeps what a call continues is asked first, whatever the balance; the others need all of it. */
function makerFirst({ continues }: IncomingCall, plan: RoutePlan | null): RoutePlan | null {
  if (plan === null || continues === undefined || continues.maker === null) return plan;
  const { maker } = continues;
  const [first, ...others] = plan.targets.toSorted(
    (one, other) => Number(other.server.name === maker) - Number(one.server.name === maker),
  );
  return first?.server.name === maker
    ? { ...plan, targets: [first, ...others], balance: "order" }
    : plan;
}

function needsParsing(call: IncomingCall, { targets }: RoutePlan, shown: SpokenShown): boolean {
  for (const target of targets) if (parsesBody(call, target, shown)) return true;
  return false;
}

/** @param limits what is kept of its body */
function sent({ status, headers, body }: WholeAnswer, limits: CaptureLimits): Sent {
  // It is the size of a sentence: nothing that has to be counted while it lasts.
  using delivered = captureWhole(body, limits);
  return { statusCode: status, headers, delivered: delivered.body() };
}

function problemAnswer(call: IncomingCall, why: RequestProblem): WholeAnswer {
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["x-request-id", call.id],
    ...alsoKnownAs(call),
  ];
  headers.push(...why.headers.map(([name, value]): [string, string] => [name, value]));
  if (why.retryAfter !== null) headers.push(["retry-after", String(why.retryAfter)]);
  const body = text.encode(errorBody(call.endpoint.protocol, why, { requestId: call.id }));
  return { status: problemStatus(why.kind), headers, body };
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
