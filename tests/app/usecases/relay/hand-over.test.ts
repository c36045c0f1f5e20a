// Who holds a committed answer's attempt until its client has all of it, and what ends the call.
import { describe, expect, test } from "bun:test";
import { failOver } from "../../../../src/app/usecases/relay/failover.ts";
import { handOver } from "../../../../src/app/usecases/relay/hand-over.ts";
import { openSession } from "../../../../src/app/usecases/relay/session.ts";
import type { AnswerStream } from "../../../../src/ports/service.ts";
import {
  createFakePorts,
  fakeCall,
  nothingHeld,
  type Scripted,
  settle,
  type Step,
} from "../../../lab/fake-ports.ts";

const url = "http://a:1";
const routes = `servers: { s: { url: "${url}", max_concurrency: 1 } }`;
const says = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const done =
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const type = "text/event-stream";
const whole: Scripted = {
  reads: ['{"choices":[{"message":{"content":"Hello"}}]}', { kind: "end" }],
};
const streamed: Scripted = { type, reads: [says("a"), says("b"), done, { kind: "end" }] };
const cut: Scripted = { type, reads: [says("a"), { kind: "broke", message: "cut" }] };
const open: Scripted = { type, reads: [says("a")] };

async function handedOver(script: Scripted, step?: Step, leftBefore = false) {
  const ports = createFakePorts({ routes, upstreams: { [url]: [script] } }, step);
  const call = fakeCall({ model: "s/m", stream: script.type !== undefined, messages: [] });
  const plan = ports.planFor(call);
  const client = new AbortController();
  const session = openSession(call, plan, client.signal, ports.deps);
  const won = await failOver(session, plan, ports.deps);
  if (won.kind === "lost") throw new Error(won.last.message);
  if (leftBefore) client.abort();
  const answer = handOver(session, won, ports.deps);
  const body = answer.body !== null && "next" in answer.body ? answer.body : null;
  return { ...ports, call, body: body as AnswerStream, client };
}

const holding = { active: 1, inFlight: 1, connections: 1 };
const stateOf = ({ ended }: Awaited<ReturnType<typeof handedOver>>) =>
  ended.map(({ state }) => state);

test("a whole answer ends its call at once, and holds nothing more", async () => {
  const lab = await handedOver(whole);
  expect(stateOf(lab)).toEqual(["completed"]);
  expect(lab.held()).toEqual(nothingHeld);
});

test("a stream holds its attempt until its client has the end", async () => {
  const lab = await handedOver(streamed);
  expect(lab.held()).toMatchObject(holding);
  for (const _ of ["a", "b"]) {
    await lab.body.next();
    expect(lab.held()).toMatchObject({ active: 1, inFlight: 1 });
  }
  while ((await lab.body.next()) !== null);
  expect(stateOf(lab)).toEqual(["completed"]);
  expect(lab.held()).toEqual(nothingHeld);
});

test("a break ends the call with its last words, before they are read", async () => {
  const lab = await handedOver(cut);
  await lab.body.next();
  expect(new TextDecoder().decode((await lab.body.next())!)).toContain("upstream_broken");
  expect(stateOf(lab)).toEqual(["failed"]);
  expect(lab.held()).toEqual(nothingHeld);
});

describe("a client that leaves ends the call once", () => {
  test("while nobody pulls", async () => {
    const lab = await handedOver(open);
    lab.client.abort();
    expect(stateOf(lab)).toEqual(["cancelled"]);
    expect(lab.held()).toEqual(nothingHeld);
  });

  test("while a pull waits for the upstream", async () => {
    const lab = await handedOver(open);
    await lab.body.next();
    const pull = lab.body.next().catch(() => null);
    lab.client.abort();
    lab.body.cancel();
    await pull;
    expect(stateOf(lab)).toEqual(["cancelled"]);
    expect(lab.held()).toEqual(nothingHeld);
  });

  test("before its answer was handed over", async () => {
    const lab = await handedOver(open, undefined, true);
    expect(stateOf(lab)).toEqual(["cancelled"]);
    expect(lab.held()).toEqual(nothingHeld);
  });
});

test("cancelling gives everything back at once, and the client hears of it when it next pulls", async () => {
  const lab = await handedOver(open);
  await lab.body.next();
  lab.board.cancel("the-call");
  expect(lab.held()).toEqual({ ...nothingHeld, inFlight: 1, captured: lab.call.body.length });
  await lab.body.next().catch(() => null);
  expect(lab.ended).toMatchObject([
    { state: "cancelled", errorMessage: "cancelled on the router's pages" },
  ]);
  expect(lab.held()).toEqual(nothingHeld);
});

test.each(["body.read", "body.read, once read", "observer.ended"])(
  "a fault at %s ends the call once and gives everything back",
  async (at) => {
    let armed = false;
    const lab = await handedOver(streamed, (what) => {
      if (armed && what === at) throw new Error("spoilt");
    });
    armed = true;
    for (let n = 0; n < 5; n++) await lab.body.next().catch(() => null);
    await settle();
    expect(lab.ended).toHaveLength(1);
    expect(lab.faults).not.toEqual([]);
    expect(lab.held()).toEqual(nothingHeld);
  },
);
