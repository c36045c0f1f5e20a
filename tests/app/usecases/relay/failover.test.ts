// The loop over fake ports: who is asked, in which order, and what is held while and after.
import { describe, expect, test } from "bun:test";
import { failOver } from "../../../../src/app/usecases/relay/failover.ts";
import { openSession } from "../../../../src/app/usecases/relay/session.ts";
import {
  createFakePorts,
  fakeCall,
  nothingHeld,
  type FakeReply,
  settle,
  type Step,
} from "../../../lab/fake-ports.ts";

const [a, b] = ["http://a:1", "http://b:1"];
const routesOf = (keys: string) => `
servers: { s: { url: "${a}", max_concurrency: 1, max_queue: 1 }, t: { url: "${b}", max_concurrency: 1, max_queue: 1 } }
aliases: { both: { ${keys} instances: [s/m, t/m] } }`;
const answer = '{"choices":[{"message":{"content":"Hello"}}]}';
const plain: FakeReply = { reads: [answer, { kind: "end" }] };
const busy: FakeReply = { status: 503, reads: ['{"error":{"message":"busy"}}', { kind: "end" }] };
const refused: FakeReply = {
  kind: "unreachable",
  reason: "refused",
  message: "connection refused",
  connectMs: null,
};
const reset: FakeReply = { kind: "reset", message: "reset", connectMs: null };

/** The loop at work on a call for both servers. */
function looping(script: { a?: FakeReply[]; b?: FakeReply[]; keys?: string }, step?: Step) {
  const { a: first = [plain], b: second = [plain], keys = "" } = script;
  const ports = createFakePorts(
    { routes: routesOf(keys), upstreams: { [a]: first, [b]: second } },
    step,
  );
  const call = fakeCall({ model: "both", messages: [] });
  const plan = ports.planFor(call);
  const session = openSession(call, plan, null, ports.deps);
  const servers = plan.targets.map(({ server }) => server);
  const outcome = failOver(session, plan, ports.deps);
  outcome.catch(() => undefined);
  const asked = () => ports.requests.map(({ url }) => new URL(url).host);
  /** What is held, the session's own entry aside. */
  const held = () => ({ ...ports.held(), inFlight: 0, captured: 0 });
  return { ...ports, session, servers, outcome, asked, held };
}
const reasons = ({ session }: ReturnType<typeof looping>) =>
  session.attempts().map(({ target, reason }) => `${target.server.name} ${reason}`);

test("a winner's connection and permit are held until they are disposed of", async () => {
  const lab = looping({
    a: [
      { type: "text/event-stream", reads: ['data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'] },
    ],
  });
  const won = await lab.outcome;
  if (won.kind !== "won") throw new Error("lost");
  expect(lab.held()).toMatchObject({ active: 1, connections: 1 });
  expect(reasons(lab)).toEqual([]);
  won.attempt[Symbol.dispose]();
  won.permit[Symbol.dispose]();
  expect(lab.held()).toEqual(nothingHeld);
});

describe("a failed attempt gives back all it held before the next begins", () => {
  test.each<[string, FakeReply, string[]]>([
    ["an error status", busy, ["s status"]],
    ["no connection", refused, ["s refused"]],
    ["a reset, then another", reset, ["s reset", "s reset"]],
  ])("%s", async (_what, reply, lost) => {
    const seen: object[] = [];
    // The first is asked before there is anything to look at.
    let held: (() => object) | null = null;
    const lab = looping({ a: [reply] }, (what) => {
      if (what === "upstream.send" && held !== null) seen.push(held());
    });
    held = lab.held;
    const won = await lab.outcome;
    expect(won.kind).toBe("won");
    expect(reasons(lab)).toEqual(lost);
    // While the winner is asked there is its own permit, and nothing of those before.
    expect(seen.at(-1)).toEqual({ ...nothingHeld, active: 1 });
    expect(lab.limiter.load("s")).toEqual({ active: 0, waiting: 0 });
  });
});

test("a retry keeps its permit through the pause, but no connection", async () => {
  const lab = looping({ a: [busy, plain], keys: "retries: 1," });
  await settle();
  expect(lab.held()).toEqual({ ...nothingHeld, active: 1, timers: 1 });
  lab.hand.pass(200);
  expect(await lab.outcome).toMatchObject({ kind: "won" });
  expect(lab.asked()).toEqual(["a:1", "a:1"]);
});

test("a call that is cancelled in the pause asks nobody any more, and holds nothing", async () => {
  const lab = looping({ a: [busy], keys: "retries: 1," });
  await settle();
  lab.board.cancel("the-call");
  expect(await lab.outcome).toMatchObject({ kind: "lost", last: { reason: "client_gone" } });
  expect(lab.asked()).not.toContain("b:1");
  expect(lab.held()).toEqual(nothingHeld);
});

test("a call that is cancelled while its upstream is asked holds nothing", async () => {
  const lab = looping({ a: ["hangs"] });
  await settle();
  expect(lab.held()).toEqual({ ...nothingHeld, active: 1, connections: 1 });
  lab.board.cancel("the-call");
  expect(await lab.outcome).toMatchObject({ kind: "lost", passOn: true });
  expect(lab.asked()).toEqual(["a:1"]);
  expect(lab.held()).toEqual(nothingHeld);
});

test("where all candidates fail the last failure stands, and nothing is held", async () => {
  const lab = looping({ a: [refused], b: [busy] });
  expect(await lab.outcome).toMatchObject({ kind: "lost", passOn: false, last: { status: 503 } });
  expect(reasons(lab)).toEqual(["s refused", "t status"]);
  expect(lab.held()).toEqual(nothingHeld);
});

test("a fault thrown while a target is asked leaves nothing held", async () => {
  let thrown = false;
  const lab = looping({}, (what) => {
    if (thrown || what !== "upstream.send") return;
    thrown = true;
    throw new Error("spoilt");
  });
  expect(lab.outcome).rejects.toThrow("spoilt");
  await settle();
  expect(lab.held()).toEqual(nothingHeld);
});

describe("where no permit is free", () => {
  /** Both servers busy with others; their queues hold as many calls. */
  async function occupied(queued: number) {
    const scenario = { routes: routesOf(""), upstreams: { [a]: [plain], [b]: [plain] } };
    const ports = createFakePorts(scenario);
    const call = fakeCall({ model: "both", messages: [] });
    const plan = ports.planFor(call);
    const session = openSession(call, plan, null, ports.deps);
    const permits = plan.targets.map(({ server }) => ports.limiter.tryAcquire(server));
    const others = plan.targets
      .slice(0, queued)
      .map(({ server }) => ports.limiter.queue(server, "other", session.cancellation));
    const outcome = failOver(session, plan, ports.deps);
    await settle();
    return { ...ports, session, permits, others, outcome };
  }

  test("a call waits in the first candidate's queue, and is asked of it when its permit comes", async () => {
    const lab = await occupied(0);
    expect(lab.limiter.position("the-call")).toEqual({ upstream: "s", position: 1 });
    lab.permits[0]?.[Symbol.dispose]();
    expect(await lab.outcome).toMatchObject({ kind: "won" });
    expect(lab.limiter.load("s")).toEqual({ active: 1, waiting: 0 });
  });

  test("in the next one's queue where the first is full", async () => {
    const lab = await occupied(1);
    expect(lab.limiter.position("the-call")).toEqual({ upstream: "t", position: 1 });
  });

  test("all queues full is a failure that lists every candidate, and asks none", async () => {
    const lab = await occupied(2);
    expect(await lab.outcome).toMatchObject({ kind: "lost", last: { reason: "queue_full" } });
    expect(lab.session.attempts().map(({ reason }) => reason)).toEqual([
      "queue_full",
      "queue_full",
    ]);
    expect(lab.requests).toEqual([]);
  });

  test("a call that is cancelled leaves the queue", async () => {
    const lab = await occupied(0);
    lab.board.cancel("the-call");
    expect(await lab.outcome).toMatchObject({ kind: "lost", last: { reason: "client_gone" } });
    expect(lab.limiter.load("s")).toEqual({ active: 1, waiting: 0 });
  });
});
