// Upstreams that take their time: which timer ends an attempt, that the row names it, and that nothing else does.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import type { RecordedRequest } from "../../src/adapters/fake-model/request-log.ts";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import type { LogRow } from "../../src/ports/browse.ts";
import { blackHolesExist, openBlackHole, type BlackHole } from "../lab/black-hole.ts";
import { rowsByQuery } from "../lab/log-rows.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";

const path = "/v1/chat/completions";

/** What each model's first candidate does; all of them have an address of their own, for failures add up. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  "silent-plain": { kind: "stall", when: "before-head" },
  "silent-streamed": { kind: "stall", when: "before-head" },
  "silent-amid": { kind: "stall", when: "mid-content" },
  steady: { kind: "answer", betweenMs: 500, content: "a b c d e f g h" },
  flood: { kind: "flood", events: 640, eventBytes: 64 * 1024 },
  "late-head": { kind: "stall", when: "before-head" },
  "late-content": { kind: "stall", when: "before-content" },
  "late-alone": { kind: "answer", firstTokenMs: 250 },
  "late-last": { kind: "answer", firstTokenMs: 250 },
  broken: { kind: "status", status: 500 },
  "long-after": { kind: "answer", betweenMs: 300, content: "a b c d e f" },
  loading: { kind: "answer", firstTokenMs: 250 },
  thinking: { kind: "answer", delayMs: 1_500 },
};

const routesFor = (fake: FakeModel, hole: string): string => `
servers:
  good: "${fake.url}/good"
  silent-plain: { url: "${fake.url}/silent-plain", request_timeout: 0.15 }
  silent-streamed: { url: "${fake.url}/silent-streamed", request_timeout: 0.15 }
  silent-amid: { url: "${fake.url}/silent-amid", request_timeout: 1 }
  steady: { url: "${fake.url}/steady", request_timeout: 3 }
  flood: { url: "${fake.url}/flood", request_timeout: 1 }
  late-head: { url: "${fake.url}/late-head", first_token_timeout: 0.15 }
  late-content: { url: "${fake.url}/late-content", first_token_timeout: 0.15 }
  late-alone: { url: "${fake.url}/late-alone", first_token_timeout: 0.1 }
  late-last: { url: "${fake.url}/late-last", first_token_timeout: 0.1 }
  broken: "${fake.url}/broken"
  long-after: { url: "${fake.url}/long-after", first_token_timeout: 1 }
  loading: "${fake.url}/loading"
  hole-plain: { url: "${hole}/plain", connect_timeout: 0.15 }
  hole-streamed: { url: "${hole}/streamed", connect_timeout: 0.15 }
  hole-alone: { url: "${hole}/alone", connect_timeout: 0.15 }
  thinking: { url: "${fake.url}/thinking", connect_timeout: 1 }
aliases:
  silent-plain+: { instances: [silent-plain/m, good/m] }
  silent-streamed+: { instances: [silent-streamed/m, good/m] }
  late-head+: { instances: [late-head/m, good/m] }
  late-content+: { instances: [late-content/m, good/m] }
  late-last+: { instances: [broken/m, late-last/m] }
  long-after+: { instances: [long-after/m, good/m] }
  loading+: { instances: [loading/m, good/m] }
  hole-plain+: { instances: [hole-plain/m, good/m] }
  hole-streamed+: { instances: [hole-streamed/m, good/m] }
`;

let fake: FakeModel;
let hole: BlackHole | null;
let router: TestRouter;
beforeAll(async () => {
  fake = await startFakeModel({ name: "fake", models: ["m"], anyBasePath: true });
  fake.script(({ target, isCall }) =>
    isCall ? behaviours[target.split("/")[1] ?? ""] : undefined,
  );
  hole = blackHolesExist ? await openBlackHole() : null;
  router = await startRouter({ routes: routesFor(fake, hole?.url ?? fake.url) });
});
afterAll(async () => {
  await router.stop();
  hole?.close();
  await fake.stop();
});

const start = (model: string, stream: boolean) =>
  rawRequest(router.url, {
    path: `${path}?${model}`,
    body: { model, stream, messages: [{ role: "user", content: "hi" }] },
  });
interface SlowAnswer {
  readonly status: number;
  readonly text: string;
  readonly row: LogRow;
}
async function ask(model: string, stream: boolean): Promise<SlowAnswer> {
  const { status, body } = await (await start(model, stream)).whole();
  return { status, text: body.toString(), row: await rowOf(model) };
}
const rowOf = async (model: string): Promise<LogRow> =>
  (await rowsByQuery(router.url)).get(`?${model}`)!;
const attemptsOf = ({ attempts }: LogRow) => attempts.map(({ reason, error }) => [reason, error]);
const callTo = (base: string): Promise<RecordedRequest> =>
  fake.waitForRequest(({ target, isCall }) => isCall && target.startsWith(`/${base}/`));

const named = (reason: string, variable: string) => [reason, expect.stringContaining(variable)];
const served = ["served", null];

describe.concurrent("REQUEST_TIMEOUT", () => {
  test.each([
    ["plain", false],
    ["streamed", true],
  ] as const)(
    "silence before the head of a %s answer is named in the attempt",
    async (mode, stream) => {
      const { status, row } = await ask(`silent-${mode}+`, stream);
      expect(status).toBe(200);
      expect(attemptsOf(row)).toEqual([named("silence_timeout", "REQUEST_TIMEOUT"), served]);
      expect(row.attempts[0]!.duration_ms).toBeGreaterThanOrEqual(149);
    },
  );

  test("silence amid a stream is reported to the client and named in the attempt", async () => {
    const { text, row } = await ask("silent-amid/m", true);
    expect(text).not.toContain("[DONE]");
    expect(text).toContain('{"error":{"message":"stream timed out: ');
    expect(attemptsOf(row)).toEqual([named("silence_timeout", "REQUEST_TIMEOUT")]);
  });

  test("silence counts from the last byte, not from the start", async () => {
    const { text, row } = await ask("steady/m", true);
    expect(text).toEndWith("data: [DONE]\n\n");
    expect(row.state).toBe("completed");
    expect(row.duration_ms).toBeGreaterThan(3_000);
  });

  test("a client that reads slowly is not a silence of the upstream's", async () => {
    const exchange = await start("flood/m", true);
    await exchange.waitFor("data:");
    exchange.pause();
    const call = await callTo("flood");
    // Twice as long as the timer.
    await Bun.sleep(2_000);
    expect(call.ending).toBe("open");
    exchange.resume();
    await exchange.ended;
    expect(exchange.text()).toContain("[DONE]");
    expect((await rowOf("flood/m")).state).toBe("completed");
  });
});

describe.concurrent("FIRST_TOKEN_TIMEOUT", () => {
  test.each([
    ["no head", "late-head"],
    ["a head and a role, and no content", "late-content"],
  ])("%s: the next candidate is asked, and the attempt names the timer", async (_name, base) => {
    const { text, row } = await ask(`${base}+`, true);
    expect(text).toEndWith("data: [DONE]\n\n");
    expect(attemptsOf(row)).toEqual([named("first_token_timeout", "FIRST_TOKEN_TIMEOUT"), served]);
    const call = await callTo(base);
    await fake.waitForRequest((request) => request === call && request.abortedAt !== null);
  });

  test.each([
    ["the only candidate", "late-alone/m", ["served"]],
    ["the last candidate", "late-last+", ["status", "served"]],
  ])("%s is waited for", async (_name, model, reasons) => {
    const { text, row } = await ask(model, true);
    expect(text).toEndWith("data: [DONE]\n\n");
    expect(row.attempts.map(({ reason }) => reason)).toEqual(reasons);
  });

  test("it ends with the first content: what follows may take longer", async () => {
    const { row } = await ask("long-after+", true);
    expect(attemptsOf(row)).toEqual([served]);
    expect(row.duration_ms).toBeGreaterThan(1_000);
  });

  test("unset, a model may load as long as it likes although others are left", async () => {
    const { row } = await ask("loading+", true);
    expect(attemptsOf(row)).toEqual([served]);
    expect(row.ttft_ms).toBeGreaterThan(200);
  });
});

describe.concurrent("CONNECT_TIMEOUT", () => {
  const ifPossible = test.skipIf(!blackHolesExist);

  ifPossible.each([
    ["plain", false],
    ["streamed", true],
  ] as const)(
    "a host that is not there is passed over (%s), and the attempt names the timer",
    async (mode, stream) => {
      const { status, row } = await ask(`hole-${mode}+`, stream);
      expect(status).toBe(200);
      expect(attemptsOf(row)).toEqual([named("connect_timeout", "CONNECT_TIMEOUT"), served]);
      expect(row.attempts[0]!.duration_ms).toBeGreaterThanOrEqual(149);
    },
  );

  ifPossible("where it is the only one, the client gets 504", async () => {
    const { status, text } = await ask("hole-alone/m", false);
    expect(status).toBe(504);
    expect(JSON.parse(text)).toMatchObject({ error: { code: "upstream_timeout" } });
  });

  test("a server that was reached and thinks is none of its business", async () => {
    const { status, row } = await ask("thinking/m", false);
    expect(status).toBe(200);
    expect(row.attempts[0]!.connect_ms).toBeNumber();
  });
});
