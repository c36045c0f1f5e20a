// The built-in server in memory: to whoever asks, it is what the same server behind a socket is.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import { createSimulatedClock } from "../../../src/adapters/clock/simulated-clock.ts";
import type { Behaviour } from "../../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../../src/adapters/fake-model/fake-model.ts";
import { createGate } from "../../../src/adapters/fake-model/gate.ts";
import { createMemoryUpstream } from "../../../src/adapters/fake-model/memory-upstream.ts";
import { startFakeModel } from "../../../src/adapters/fake-model/start-fake-model.ts";
import { createFetchUpstream } from "../../../src/adapters/upstream/fetch-upstream.ts";
import type { Upstream, UpstreamRequest } from "../../../src/ports/upstream.ts";

const request = (url: string, path: string, stream: boolean): UpstreamRequest => ({
  method: "POST",
  url: `${url}${path}`,
  headers: [["content-type", "application/json"]],
  body: new TextEncoder().encode(
    JSON.stringify({
      model: "m",
      stream,
      max_tokens: 9,
      messages: [{ role: "user", content: "x" }],
    }),
  ),
  connectTimeoutMs: 5_000,
  silenceTimeoutMs: 20_000,
  freshConnection: true,
  ca: null,
  proxy: null,
  insecure: false,
});

/** What an exchange comes to, without what differs between two servers; `begun` is told of the first bytes. */
async function outcome(
  upstream: Upstream,
  asked: UpstreamRequest,
  begun?: () => void,
): Promise<object> {
  const reply = await upstream.send(asked).reply;
  if (reply.kind !== "answered") return { kind: reply.kind };
  const text = new TextDecoder();
  let body = "";
  for (;;) {
    const read = await reply.body.read();
    if (read.kind !== "bytes")
      return {
        status: reply.status,
        type: reply.headers.find(([name]) => name === "content-type")?.[1],
        body: body.replaceAll(/"id":"[^"]*"/g, '"id"'),
        end: read.kind,
      };
    begun?.();
    body += text.decode(read.bytes, { stream: true });
  }
}

let fake: FakeModel;
beforeAll(async () => {
  fake = await startFakeModel({ name: "built-in", models: ["m"] });
});
afterAll(() => fake.stop());

const behaviours: readonly Behaviour[] = [
  { kind: "answer" },
  { kind: "answer", content: "something else" },
  { kind: "status", status: 429, headers: { "retry-after": "1" } },
  { kind: "status", status: 307, headers: { location: "http://elsewhere.invalid/" } },
  { kind: "reset", when: "before-head" },
  { kind: "cut", when: "mid-content" },
  { kind: "truncate", when: "mid-content" },
  { kind: "garbage", when: "mid-content", bytes: "data: {\n\n" },
  { kind: "error-event", when: "mid-content" },
  { kind: "error-body" },
  { kind: "not-json" },
  { kind: "empty-stream" },
];

/** fetch drops what comes together with a broken end: a cut waits until the rest is read. */
function onceRead(one: Behaviour): { readonly behaviour: Behaviour; readonly begun: () => void } {
  const gate = createGate();
  return {
    behaviour: one.kind === "cut" ? { ...one, beforeFault: gate } : one,
    begun: gate.open,
  };
}

describe.each(["/v1/chat/completions", "/v1/messages", "/api/chat"])("%s", (path) => {
  test.each(behaviours.map((one) => [JSON.stringify(one), one] as const))("%s", async (_, one) => {
    for (const stream of [true, false]) {
      const real = onceRead(one);
      fake.always(real.behaviour);
      const sent = request(fake.url, path, stream);
      const seen = await outcome(createFetchUpstream(systemClock), sent, real.begun);
      const clock = createSimulatedClock();
      const simulated = onceRead(one);
      const memory = createMemoryUpstream(clock, () => simulated.behaviour);
      const asked = request("http://built-in.invalid", path, stream);
      expect(await clock.until(outcome(memory, asked, simulated.begun))).toEqual(seen);
    }
  });
});

describe("on a clock of its own", () => {
  const asked = request("http://built-in.invalid", "/v1/chat/completions", true);

  test("silence before the head, and within the answer, ends after the request's limit", async () => {
    for (const when of ["before-head", "mid-content"] as const) {
      const clock = createSimulatedClock();
      const memory = createMemoryUpstream(clock, () => ({ kind: "stall", when }));
      const ended = await clock.until(outcome(memory, asked));
      expect(ended).toMatchObject(
        when === "before-head" ? { kind: "timed-out" } : { status: 200, end: "timed-out" },
      );
      expect(clock.elapsed()).toBe(20_000);
    }
  });

  test("a slow answer takes its time, and no longer", async () => {
    const clock = createSimulatedClock();
    const memory = createMemoryUpstream(clock, () => ({ kind: "answer", firstTokenMs: 15_000 }));
    expect(await clock.until(outcome(memory, asked))).toMatchObject({ status: 200, end: "end" });
    expect(clock.elapsed()).toBe(15_000);
  });

  test("one that is given up is over, whether its head has come or not", async () => {
    const clock = createSimulatedClock();
    const memory = createMemoryUpstream(clock, () => ({ kind: "stall", when: "before-head" }));
    const exchange = memory.send(asked);
    exchange.cancel();
    exchange.cancel();
    expect(await exchange.reply).toEqual({ kind: "aborted" });
    const begun = createMemoryUpstream(clock, () => ({ kind: "stall", when: "mid-content" }));
    const reply = await begun.send(asked).reply;
    if (reply.kind !== "answered") throw new Error(reply.kind);
    reply.body.cancel();
    expect(await reply.body.read()).toEqual({ kind: "aborted" });
    // Nothing is left that time could bring.
    expect(clock.until(new Promise(() => undefined))).rejects.toThrow("never comes");
  });
});
