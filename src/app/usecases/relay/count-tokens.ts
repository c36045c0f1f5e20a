// Anthropic's count_tokens: the server's own count where it has one, soon and without a place in its
// queue, else an estimate. Clients ask it before they send, and must never wait or fail for it.
import type { AttemptFailure } from "../../../domain/failover/judge.ts";
import { isNotSpoken } from "../../../domain/protocols/not-spoken.ts";
import { promptBytes } from "../../../domain/protocols/neutral/prompt-bytes.ts";
import { isCertain, speaks } from "../../../domain/protocols/spoken.ts";
import { askingOrder, type ServersNow } from "../../../domain/routing/candidate-order.ts";
import type { RoutePlan, Target } from "../../../domain/routing/plan.ts";
import type { Answer } from "../../../ports/service.ts";
import { type AttemptDeps, beginAttempt, type LiveAttempt } from "./attempt.ts";
import type { CallSession } from "./call-session.ts";
import { captureWhole } from "./capture.ts";
import { failedAnswer } from "./failed-answer.ts";
import { handOver, type HandOverDeps } from "./hand-over.ts";
import { orAfter } from "../or-after.ts";
import { alsoKnownAs, routedHeaders } from "./routed-headers.ts";

export interface CountDeps extends AttemptDeps, HandOverDeps {
  /** Settles once all that is known counts in estimates. Never rejects. */
  ratiosKnown(): Promise<void>;
  readonly serversNow: ServersNow;
}

/** ms until the client has its count, whoever makes it. */
const longest = 3_000;
/** ms of these for the server. */
const longestCount = 2_500;

const protocol = "anthropic-messages";
const encoder = new TextEncoder();

export async function countTokens(
  session: CallSession,
  plan: RoutePlan,
  deps: CountDeps,
): Promise<Answer> {
  const { serversNow, spoken } = deps;
  const [first] = askingOrder(plan.targets, plan.balance, serversNow);
  const target = hurried(first ?? plan.targets[0]);
  const { server } = target;
  const counts =
    speaks(server, protocol) &&
    !spoken.isUnspoken(server.baseUrl, "count-tokens") &&
    (isCertain(server, protocol) || !spoken.isUnspoken(server.baseUrl, protocol));
  if (!counts) return estimate(session, target, deps);
  const attempt = beginAttempt(session, target, { redial: false, others: plan.targets }, deps);
  let isHandedOver = false;
  try {
    const result = await attempt.ask();
    if (result.kind === "committed") {
      session.won(attempt);
      isHandedOver = true;
      return handOver(session, { kind: "won", attempt, answer: result.answer, permit: none }, deps);
    }
    const { failure } = result;
    session.over(attempt, attempt.outcome(failure));
    if (isClients(failure))
      return failedAnswer(session, plan, { kind: "lost", last: failure, passOn: true }, deps);
    if (isNotSpoken(failure)) spoken.refused(server.baseUrl, "count-tokens");
    return await estimate(session, target, deps, attempt);
  } finally {
    if (!isHandedOver) attempt[Symbol.dispose]();
  }
}

/** A place that was never taken. */
const none: Disposable = { [Symbol.dispose]: () => undefined };

function hurried(target: Target): Target {
  const { policy } = target;
  const connectTimeoutMs = Math.min(policy.connectTimeoutMs, longestCount);
  return { ...target, policy: { ...policy, connectTimeoutMs, firstTokenTimeoutMs: longestCount } };
}

/** Whether the client left, or would be refused by the call that it is about to make, too. */
function isClients({ reason, status }: AttemptFailure): boolean {
  if (reason === "client_gone") return true;
  return reason === "status" && status !== null && refusals.has(status);
}

const refusals = new Set([400, 401, 403, 413, 422]);

/** @param attempt what was tried before; absent: nothing */
async function estimate(
  session: CallSession,
  target: Target,
  deps: CountDeps,
  attempt?: LiveAttempt,
): Promise<Answer> {
  const { call } = session;
  // The log may be on a disk that does not answer.
  const left = call.receivedAt + longest - deps.clock.now();
  if (left > 0) await orAfter(deps.ratiosKnown(), left, deps.clock);
  const model = target.model ?? call.model;
  const input_tokens = deps.promptTokens(model, promptBytes(call.json() ?? {}, call.body.length));
  const body = encoder.encode(JSON.stringify({ input_tokens }));
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["x-smolrouter-estimated", "input_tokens"],
    ...routedHeaders(call.id, target, attempt?.way ?? null, session.attemptCount(), []),
    ...alsoKnownAs(call),
  ];
  using delivered = captureWhole(body, deps);
  session.end({
    state: "completed",
    statusCode: 200,
    error: null,
    headers,
    delivered: delivered.body(),
  });
  return { status: 200, headers, body };
}
