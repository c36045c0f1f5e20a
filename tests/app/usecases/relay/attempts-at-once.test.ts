// Two attempts that are open at once for one call: the session hears of both, one wins, and the other
// gives back by itself what it holds, whatever it was doing.
import { describe, expect, test } from "bun:test";
import { beginAttempt, type LiveAttempt } from "../../../../src/app/usecases/relay/attempt.ts";
import { openSession } from "../../../../src/app/usecases/relay/session.ts";
import {
  createFakePorts,
  fakeCall,
  nothingHeld,
  type FakeReply,
  settle,
} from "../../../lab/fake-ports.ts";

const [a, b] = ["http://a:1", "http://b:1"];
const routes = `
servers: { s: { url: "${a}", max_concurrency: 1 }, t: { url: "${b}", max_concurrency: 1 } }
aliases: { both: { first_token_timeout: 60, instances: [s/m, t/m] } }`;
const says = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const role = 'data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n';
const type = "text/event-stream";
const wins: FakeReply = { type, reads: [role, says("b")] };
const asking = { redial: false, others: [null] };
const outrun = { reason: "client_gone", message: "another answered first" } as const;

/** Two attempts of one call: at `s`, which cools down no more and is being probed, and at `t`. */
async function twoAttempts(first: FakeReply) {
  const ports = createFakePorts({ routes, upstreams: { [a]: [first], [b]: [wins] } });
  const { deps, health, hand, limiter } = ports;
  const failed = { reason: "refused", status: null, message: "connection refused" } as const;
  for (let n = 0; n < 3; n++) health.failed(a, failed);
  hand.pass(10_000);
  const call = fakeCall({ model: "both", stream: true, messages: [] });
  const plan = ports.planFor(call);
  const session = openSession(call, plan, null, deps);
  const begin = (index: 0 | 1) => {
    const target = plan.targets[index]!;
    const scope = new DisposableStack();
    scope.use(limiter.tryAcquire(target.server)!);
    const attempt = scope.use(beginAttempt(session, target, asking, deps));
    return { attempt, scope, result: attempt.ask() };
  };
  const one = begin(0);
  await settle();
  const other = begin(1);
  await settle();
  return { ...ports, session, one, other };
}

const lose = ({ attempt, scope }: { attempt: LiveAttempt; scope: DisposableStack }) => {
  const outcome = attempt.outcome(outrun);
  scope.dispose();
  return outcome;
};

describe.each<[doing: string, reply: FakeReply]>([
  ["waits for its upstream's head", "hangs"],
  ["holds the beginning of an answer", { type, reads: [role, role] }],
])("an attempt that %s while another wins", (_doing, reply) => {
  test("gives everything back and leaves the winner alone", async () => {
    const { session, one, other, held } = await twoAttempts(reply);
    expect(held()).toMatchObject({ active: 2, connections: 2, probing: 1, timers: 1 });
    expect(await other.result).toMatchObject({ kind: "committed" });
    session.won(other.attempt);
    session.over(one.attempt, lose(one));
    expect(await one.result).toMatchObject({ kind: "failed" });
    const { captured, heldAnswers, ...rest } = held();
    expect(rest).toEqual({
      active: 1,
      waiting: 0,
      inFlight: 1,
      probing: 0,
      timers: 0,
      connections: 1,
    });
    expect([captured > 0, heldAnswers > 0]).toEqual([true, true]);
    session.over(other.attempt, other.attempt.outcome(null));
    session.end({ state: "completed", statusCode: 200, headers: [], error: null });
    other.scope.dispose();
    expect(held()).toEqual(nothingHeld);
  });
});

test("the row in flight names whoever is asked, and at last the winner; the row lists both as they began", async () => {
  const { session, one, other, progressed, ended, bodies, board } = await twoAttempts({
    type,
    reads: [says("a")],
  });
  const [running] = board.calls() as [ReturnType<typeof board.calls>[number]];
  // Both have content; the first is slower to be chosen.
  expect(running.asked()?.server.name).toBe("t");
  session.won(one.attempt);
  expect(running.asked()?.server.name).toBe("s");
  expect(progressed.map(({ upstream }) => upstream)).toEqual(["s", "t", "t", "s"]);
  session.over(other.attempt, lose(other));
  session.over(one.attempt, one.attempt.outcome(null));
  session.end({ state: "completed", statusCode: 200, headers: [], error: null });
  one.scope.dispose();
  expect(ended).toMatchObject([
    {
      upstream: "s",
      attempts: [
        { upstream: "s", reason: "served" },
        { upstream: "t", reason: "client_gone", error: "another answered first" },
      ],
    },
  ]);
  const kept = bodies[0]?.response?.chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
  expect(kept).toBe(says("a"));
});

test("an attempt that was given up says nothing of content that comes too late", async () => {
  const { session, one, other, progressed } = await twoAttempts({ type, reads: [role] });
  session.won(other.attempt);
  session.over(one.attempt, lose(one));
  const before = progressed.length;
  await settle();
  expect(progressed).toHaveLength(before);
  other.scope.dispose();
});

test("cancelling the call ends both", async () => {
  const { session, one, other, board, held } = await twoAttempts("hangs");
  board.cancel("the-call");
  expect(await one.result).toMatchObject({
    kind: "failed",
    failure: { reason: "client_gone", message: "cancelled on the router's pages" },
  });
  for (const each of [one, other]) session.over(each.attempt, lose(each));
  session.end({ state: "cancelled", statusCode: 499, headers: [], error: null });
  expect(held()).toEqual(nothingHeld);
});

test("a fault of the router's own lists every attempt that was open, and ends them", async () => {
  const { session, one, other, ended, held, faults } = await twoAttempts("hangs");
  session.fail(new Error("spoilt"), { statusCode: 500, headers: [] });
  expect(faults).toEqual([new Error("spoilt")]);
  expect(ended).toMatchObject([
    {
      state: "failed",
      attempts: [
        { upstream: "s", reason: "internal_error" },
        { upstream: "t", reason: "internal_error" },
      ],
    },
  ]);
  for (const { scope } of [one, other]) scope.dispose();
  expect(held()).toEqual(nothingHeld);
});
