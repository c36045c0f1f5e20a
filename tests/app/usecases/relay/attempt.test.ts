// What one attempt holds at each of its stages, and that disposing of it gives all of that back.
import { describe, expect, test } from "bun:test";
import { beginAttempt } from "../../../../src/app/usecases/relay/attempt.ts";
import { openSession } from "../../../../src/app/usecases/relay/session.ts";
import type { Upstream, UpstreamBody } from "../../../../src/ports/upstream.ts";
import { createFedBody } from "../../../lab/fed-body.ts";
import {
  createFakePorts,
  fakeCall,
  nothingHeld,
  type FakeReply,
  settle,
  type Step,
} from "../../../lab/fake-ports.ts";

const url = "http://a:1";
const routes = `
servers: { s: { url: "${url}" } }
aliases: { one: { first_token_timeout: 5, commit: first_answer, instances: [s/m, s/n] } }`;
const type = "text/event-stream";
const thinks = 'data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}\n\n';
const says = 'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n';
const broke = { kind: "broke", message: "cut" } as const;

const asking = { redial: false, others: [null] };

/** An attempt at a server whose health is to be found out. */
function attemptAt(reply: FakeReply, step?: Step) {
  const ports = createFakePorts({ routes, upstreams: { [url]: [reply] } }, step);
  const failure = { reason: "refused", status: null, message: "connection refused" } as const;
  for (let n = 0; n < 3; n++) ports.health.failed(url, failure);
  ports.hand.pass(10_000);
  const call = fakeCall({ model: "one", stream: true, messages: [] });
  const plan = ports.planFor(call);
  const session = openSession(call, plan, null, ports.deps);
  const attempt = beginAttempt(session, plan.targets[0], asking, ports.deps);
  /** Without what the session holds. */
  const held = () => {
    const own = ports.held();
    return { ...own, inFlight: 0, captured: own.captured - call.body.length };
  };
  return { ...ports, session, attempt, held };
}

const stages: readonly [
  stage: string,
  reply: FakeReply | null,
  holds: Partial<typeof nothingHeld>,
][] = [
  ["before it asks", null, { probing: 1, timers: 1 }],
  ["while the head is awaited", "hangs", { probing: 1, timers: 1, connections: 1 }],
  [
    "while the answer is held",
    { type, reads: [thinks] },
    { probing: 1, connections: 1, captured: thinks.length, heldAnswers: thinks.length },
  ],
  [
    "once it is committed",
    { type, reads: [says] },
    { probing: 1, connections: 1, captured: says.length, heldAnswers: says.length },
  ],
  [
    "once it has failed",
    { type, reads: [thinks, broke] },
    { probing: 1, captured: thinks.length, heldAnswers: thinks.length },
  ],
];

describe.each(stages)("%s", (_stage, reply, holds) => {
  test("it holds what it needs, and gives it back", async () => {
    const { attempt, held } = attemptAt(reply ?? "hangs");
    const result = reply === null ? null : attempt.ask();
    await settle();
    expect(held()).toEqual({ ...nothingHeld, ...holds });
    attempt[Symbol.dispose]();
    attempt[Symbol.dispose]();
    await result;
    expect(held()).toEqual(nothingHeld);
  });

  test("cancelling its call closes its connection", async () => {
    const { attempt, session, board, held } = attemptAt(reply ?? "hangs");
    const result = reply === null ? null : attempt.ask();
    await settle();
    board.cancel("the-call");
    expect(session.cancellation.reason()).toBe("cancelled on the router's pages");
    await settle();
    expect(held().connections).toBe(0);
    await result;
  });
});

/** An attempt that is given up at a moment when its upstream does not listen any more. */
function givenUpAt(moment: "head" | "content") {
  const { session, deps, planFor, progressed } = attemptAt("hangs");
  const fed = createFedBody(says);
  const giveUp = () => attempt[Symbol.dispose]();
  const body: UpstreamBody = {
    async read() {
      const got = await fed.read();
      if (moment === "content") giveUp();
      return got;
    },
    cancel: () => fed.cancel(),
  };
  const headers: [string, string][] = [["content-type", type]];
  const upstream: Upstream = {
    send() {
      if (moment === "head") giveUp();
      return {
        reply: Promise.resolve({ kind: "answered", status: 200, headers, connectMs: null, body }),
        cancel: () => undefined,
      };
    },
  };
  const [target] = planFor(session.call).targets;
  const attempt = beginAttempt(session, target, asking, { ...deps, upstream });
  return { attempt, fed, progressed };
}

test("given up just when the head comes, it closes the connection that nobody wants", async () => {
  const { attempt, fed } = givenUpAt("head");
  await attempt.ask();
  expect(fed.cancelled()).toBe(true);
});

test("given up just when content comes, it says nothing of that to the row in flight", async () => {
  const { attempt, progressed } = givenUpAt("content");
  await attempt.ask();
  expect(progressed.map(({ ttftMs }) => ttftMs)).toEqual([]);
  expect(attempt.outcome(null).ttftMs).toBeNull();
});

test("content that takes too long ends it, by a timer that content stops", async () => {
  const slow = attemptAt({ type, reads: [] });
  const late = slow.attempt.ask();
  await settle();
  slow.hand.pass(5_000);
  expect(await late).toMatchObject({
    kind: "failed",
    failure: { reason: "first_token_timeout" },
  });
  expect(slow.held()).toMatchObject({ timers: 0, connections: 0 });

  const fast = attemptAt({ type, reads: [thinks] });
  const asked = fast.attempt.ask();
  await settle();
  expect(fast.held().timers).toBe(0);
  fast.attempt[Symbol.dispose]();
  await asked;
});

test("what was judged of the server's health stays said", () => {
  const { attempt, health } = attemptAt("hangs");
  attempt.judged(null);
  attempt[Symbol.dispose]();
  expect(health.health(url)).toMatchObject({ failures: 0, probing: false });
});

test("a fault thrown while it begins leaves nothing held", () => {
  for (const at of ["clock.after", "clock.now", "clock.elapsed"]) {
    let spoilt = false;
    const step: Step = (what) => {
      if (spoilt && what === at) throw new Error("spoilt");
    };
    const { attempt, session, deps, planFor, held } = attemptAt("hangs", step);
    attempt[Symbol.dispose]();
    const [target] = planFor(session.call).targets;
    spoilt = true;
    expect(() => beginAttempt(session, target, asking, deps)).toThrow("spoilt");
    expect(held()).toEqual(nothingHeld);
  }
});
