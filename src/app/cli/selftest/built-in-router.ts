// A router in front of built-in servers only: no socket, no log, and time that passes by itself.
import { createSimulatedClock } from "../../../adapters/clock/simulated-clock.ts";
import { createMemoryUpstream } from "../../../adapters/fake-model/memory-upstream.ts";
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import { readRequest } from "../../../domain/call/read-request.ts";
import { createBudget } from "../../../domain/failover/budget.ts";
import { headerValue } from "../../../domain/http/headers.ts";
import { createVia } from "../../../domain/http/via.ts";
import { endpointOf } from "../../../domain/protocols/endpoint-of.ts";
import { emptyDiscovery } from "../../../domain/routing/discovery.ts";
import type { RouteQuestion } from "../../../domain/routing/route-question.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { SeenAnswer } from "../../../domain/selftest/client-view.ts";
import { sampleBody } from "../../../domain/selftest/sample-call.ts";
import type { Answer } from "../../../ports/service.ts";
import { createReasoningMemory } from "../../usecases/relay/reasoning-memory.ts";
import { createRelay } from "../../usecases/relay/relay.ts";
import { createHealthBoard } from "../../usecases/servers/health-board.ts";
import { createKnownServers } from "../../usecases/servers/known-servers.ts";
import { createLimiter } from "../../usecases/servers/limiter.ts";
import { createServersNow } from "../../usecases/servers/servers-now.ts";
import { createSpokenBoard } from "../../usecases/servers/spoken-board.ts";
import type { SelftestFault } from "./faults.ts";

/** Text of a healthy server's answer. */
export const wholeAnswer = "All is well, and this is the end of the sentence.";

const between = 5_000;
const bytes = 1 << 24;

interface BuiltInTrial {
  readonly routing: Routing;
  readonly question: RouteQuestion;
  readonly fault: SelftestFault;
}

/** @returns what a client sees that asks once, or all through the fault, for a stream and for a whole answer */
export async function tryBuiltIn({
  routing,
  question,
  fault,
}: BuiltInTrial): Promise<readonly SeenAnswer[]> {
  const seen: SeenAnswer[] = [];
  for (const isStream of fault.of === "streams" ? [true] : [true, false])
    seen.push(...(await asked({ routing, question, fault }, isStream)));
  return seen;
}

async function asked(
  { routing, question, fault }: BuiltInTrial,
  isStream: boolean,
): Promise<readonly SeenAnswer[]> {
  const clock = createSimulatedClock();
  let sick: string | null = null;
  const upstream = createMemoryUpstream(clock, ({ url }) => {
    const { origin } = new URL(url);
    sick ??= origin;
    return origin === sick
      ? said(fault.behaviour(isStream, clock.elapsed()))
      : said({ kind: "answer" });
  });
  const limiter = createLimiter();
  limiter.adopt(routing.servers.values());
  const health = createHealthBoard(clock, () => undefined);
  const relay = createRelay({
    routing: () => routing,
    models: { discovery: () => emptyDiscovery, missed: () => undefined },
    clock,
    observers: [],
    upstream,
    via: createVia("selftest"),
    traced: false,
    captureCap: 0,
    captureBudget: createBudget(bytes),
    heldBudget: createBudget(bytes),
    fault: (error) => {
      throw error;
    },
    limiter,
    isLoading: () => false,
    serversNow: createServersNow(limiter, health, { warmth: () => "unknown" }),
    health,
    spoken: createSpokenBoard(clock, () => null),
    servers: createKnownServers(clock, () => null),
    // Its calls ask for no schema.
    schemas: { check: () => Promise.resolve({ kind: "valid" }) },
    promptTokens: () => 1,
    ratiosKnown: () => Promise.resolve(),
    reasoning: createReasoningMemory(clock),
    keepsAnswers: false,
    continueCall: (call) => call,
    recentAnswers: null,
    sseKeepaliveMs: 0,
  });
  const seen: SeenAnswer[] = [];
  for (let at = 0; at <= fault.lastsMs; at += between) {
    const begun = clock.elapsed();
    const call = incomingCall(question, isStream, clock.id());
    seen.push(await clock.until(clientView(relay.handle(call, new AbortController().signal))));
    const took = clock.elapsed() - begun;
    if (fault.lastsMs > 0 && took < between) await clock.until(passing(between - took));
  }
  return seen;

  function said(behaviour: ReturnType<SelftestFault["behaviour"]>) {
    return behaviour === "refused" ? behaviour : { content: wholeAnswer, ...behaviour };
  }

  function passing(ms: number): Promise<void> {
    return new Promise((resolve) => {
      clock.after(ms, resolve);
    });
  }

  async function clientView(answering: Promise<Answer>): Promise<SeenAnswer> {
    const begun = clock.elapsed();
    const { status, headers, body } = await answering;
    const text = new TextDecoder();
    let read = "";
    let isCut = false;
    if (body instanceof Uint8Array) read = text.decode(body);
    else if (body !== null)
      try {
        for (let next = await body.next(); next !== null; next = await body.next())
          read += text.decode(next, { stream: true });
      } catch {
        isCut = true;
      }
    const contentType = headerValue(headers, "content-type") ?? "";
    return { status, contentType, body: read, isCut, tookMs: clock.elapsed() - begun };
  }
}

function incomingCall(question: RouteQuestion, isStream: boolean, id: string): IncomingCall {
  const { path, model, sourceIp, user, headers } = question;
  const body = new TextEncoder().encode(JSON.stringify(sampleBody(path, model, isStream)));
  const endpoint = endpointOf("POST", path);
  const reading = readRequest(endpoint, "application/json", body);
  if ("kind" in reading) throw new Error(reading.message);
  return {
    ...reading,
    id,
    receivedAt: 0,
    endpoint,
    method: "POST",
    path,
    query: "",
    headers: [["content-type", "application/json"], ...headers],
    sourceIp,
    user,
    body,
  };
}
