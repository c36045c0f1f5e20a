// After thousands of requests of all kinds, sockets, files, timers and memory are where they were after
// the first 500; SWEEP=full sends 10,000.
import { afterAll, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { freePort } from "../lab/free-port.ts";
import { inParallel } from "../lab/in-parallel.ts";
import { printTable } from "../lab/print-table.ts";
import { rawRequest, type RawRequest } from "../lab/raw-request.ts";
import { returnsMemory, type SpawnedRouter, withSpawnedRouter } from "../lab/spawn-router.ts";
import { isWhole } from "../lab/sweep.ts";
import { withFakes } from "../lab/with-fakes.ts";

const path = "/v1/chat/completions";
const messages = [{ role: "user", content: "hi" }];

interface Kind {
  readonly name: string;
  readonly model?: string;
  readonly stream?: boolean;
  readonly fault?: Behaviour;
  /** The client leaves once the fake has the request, or once the text has come. */
  readonly leaves?: "at once" | "mid-stream";
  readonly request?: RawRequest;
}

const answered: Behaviour = { kind: "answer" };
const kinds: readonly Kind[] = [
  { name: "plain" },
  { name: "streamed", stream: true },
  { name: "streamed in single events", stream: true, fault: { ...answered, perEvent: true } },
  { name: "streamed, gzip", stream: true, fault: { ...answered, encoding: "gzip" } },
  { name: "held whole", model: "held/m", stream: true },
  { name: "NDJSON", request: { path: "/api/chat", body: { model: "ollama/m", messages } } },
  { name: "embeddings", request: { path: "/v1/embeddings", body: { model: "a/m", input: "hi" } } },
  { name: "300 KB", fault: { ...answered, content: "word ".repeat(60_000) } },
  { name: "no JSON", request: { path, body: "{oops" } },
  { name: "no such path", request: { path: "/nothing" } },
  { name: "models", request: { path: "/v1/models" } },
  { name: "upgrade", request: { path, headers: { upgrade: "websocket" } } },
  { name: "error status", fault: { kind: "status", status: 500 } },
  { name: "error status, rescued", model: "both", fault: { kind: "status", status: 500 } },
  { name: "refused, rescued", model: "down-first", stream: true },
  { name: "reset", fault: { kind: "reset", when: "before-head" } },
  { name: "cut", stream: true, fault: { kind: "cut", when: "mid-content", betweenMs: 1 } },
  {
    name: "cut, rescued",
    model: "both-held",
    stream: true,
    fault: { kind: "cut", when: "mid-content" },
  },
  { name: "no end", stream: true, fault: { kind: "truncate", when: "before-end" } },
  {
    name: "garbage",
    stream: true,
    fault: { kind: "garbage", when: "mid-content", bytes: "data: {\n\n" },
  },
  { name: "silent", model: "impatient/m", fault: { kind: "stall", when: "before-head" } },
  {
    name: "stalled",
    model: "impatient/m",
    stream: true,
    fault: { kind: "stall", when: "mid-content" },
  },
  {
    name: "left before the head",
    fault: { kind: "stall", when: "before-head" },
    leaves: "at once",
  },
  {
    name: "left before the first event",
    stream: true,
    fault: { kind: "stall", when: "before-content" },
    leaves: "at once",
  },
  {
    name: "left mid-stream",
    stream: true,
    fault: { kind: "stall", when: "mid-content" },
    leaves: "mid-stream",
  },
  {
    name: "left in the line or asked alone",
    model: "narrow/m",
    fault: { ...answered, delayMs: 5 },
    leaves: "at once",
  },
];

interface Figures {
  readonly requests: number;
  readonly upstreamSockets: number;
  readonly files: number;
  readonly timers: number;
  readonly objects: number;
  readonly megabytes: number;
}

async function send(url: string, fake: FakeModel, index: number): Promise<void> {
  const { model = "a/m", stream = false, leaves, request } = kinds[index % kinds.length]!;
  const exchange = await rawRequest(
    url,
    request ?? { path: `${path}?${index}`, body: { model, stream, messages } },
  );
  if (leaves === "mid-stream") await exchange.waitFor('"content"');
  else if (leaves === "at once" && model !== "narrow/m")
    await fake.waitForRequest(({ query }) => query === `?${index}`);
  if (leaves === undefined) await exchange.whole();
  exchange.leave();
}

/** Seconds that the system takes until it has the pages back that a collection has freed. */
const settlingSeconds = 5;

async function settled(router: SpawnedRouter, requests: number, fake: FakeModel): Promise<Figures> {
  for (let second = 0; second < settlingSeconds; second++) {
    await router.probe();
    await Bun.sleep(1_000);
  }
  const { timers, objects, resident } = await router.probe();
  return {
    requests,
    upstreamSockets: fake.openSockets(),
    files: router.openFiles(),
    timers,
    objects,
    megabytes: Math.round(resident / 1024 / 1024),
  };
}

const measured: (readonly (string | number)[])[] = [];
afterAll(() => {
  printTable(
    `requests of ${kinds.length} kinds`,
    ["", "after", "sockets upstream", "files", "timers", "heap objects", "resident MB"],
    measured,
  );
});

const routesFor = (a: FakeModel, b: FakeModel, down: number): string => `
servers:
  a: "${a.url}"
  b: "${b.url}"
  down: "http://127.0.0.1:${down}"
  held: { url: "${a.url}", commit: full }
  impatient: { url: "${a.url}", request_timeout: 0.05 }
  narrow: { url: "${a.url}", max_concurrency: 1 }
  ollama: { url: "${b.url}", type: ollama }
aliases:
  both: { instances: [a/m, b/m] }
  both-held: { commit: full, instances: [a/m, b/m] }
  down-first: { instances: [down/m, b/m] }
`;

interface Setup {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

const requests = isWhole ? 10_000 : 3_000;

/** Megabytes by which resident memory swings from one rest to the next. */
const swing = 16;

test.each<Setup>([
  { name: "a pure proxy", env: { ENABLE_LOGGING: "false" } },
  { name: "with the log", env: {} },
])(`${requests} requests of all kinds leave nothing behind: $name`, ({ name, env }) =>
  withFakes({ a: {}, b: {} }, async ({ a, b }) => {
    const down = await freePort();
    await withSpawnedRouter(
      { routes: routesFor(a, b, down), env: { ...returnsMemory, ...env } },
      async (router) => {
        const sendUpTo = async (from: number, to: number): Promise<Figures> => {
          const indices = Array.from({ length: to - from }, (_, index) => from + index);
          for (let at = 0; at < indices.length; at += 500) {
            forgetRecords(a, b);
            const part = indices.slice(at, at + 500);
            await inParallel(part, 40, (index) => send(router.url, a, index));
          }
          const figures = await settled(router, to, a);
          measured.push([name, ...Object.values(figures)]);
          return figures;
        };
        const first = await sendUpTo(0, 500);
        const last = await sendUpTo(500, requests);
        // Some idle connections are kept for the next request, now more, now fewer.
        expect(last.upstreamSockets).toBeLessThanOrEqual(first.upstreamSockets + 32);
        expect(last.files).toBeLessThanOrEqual(first.files + 32);
        expect(last.timers).toBeLessThanOrEqual(first.timers + 2);
        expect(last.objects).toBeLessThan(first.objects * 1.07);
        expect(last.megabytes).toBeLessThan(first.megabytes + swing);
      },
      { probe: true },
    );
  }),
);

function forgetRecords(a: FakeModel, b: FakeModel): void {
  for (const fake of [a, b]) fake.reset();
  a.script(({ query, isCall }) =>
    isCall && query !== "" ? kinds[Number(query.slice(1)) % kinds.length]?.fault : undefined,
  );
}
