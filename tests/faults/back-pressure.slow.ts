// A client that stops reading stops the reading from upstream: nothing piles up in between.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import type { RecordedRequest } from "../../src/adapters/fake-model/request-log.ts";
import { inParallel } from "../lab/in-parallel.ts";
import { printTable } from "../lab/print-table.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { type ReadAnswer, slowReader } from "../lab/slow-reader.ts";
import { returnsMemory, type SpawnedRouter, withSpawnedRouter } from "../lab/spawn-router.ts";
import { isWhole } from "../lab/sweep.ts";
import { withFakes } from "../lab/with-fakes.ts";

const megabyte = 1024 * 1024;
const total = (isWhole ? 200 : 64) * megabyte;
/** Of the router's memory while the client stalls, and while all of it then passes at full speed. */
const maxGrowth = 32 * megabyte;
const maxBlobSize = 10 * megabyte;
/** What the log keeps of an answer: once as it came, and once packed for its thread. */
const keptByTheLog = 2 * maxBlobSize;

const block = new Uint8Array(megabyte).map((_, index) => index);

const eventBytes = 64 * 1024;
const eventFlood = (bytes: number): Behaviour => ({
  kind: "flood",
  events: bytes / eventBytes,
  eventBytes,
});

interface Flood {
  readonly path: string;
  readonly stream: boolean;
  /** Has the fake send so many bytes. */
  readonly flood: (bytes: number) => Behaviour;
}

const floods: Readonly<Record<string, Flood>> = {
  "a stream of events": { path: "/v1/chat/completions", stream: true, flood: eventFlood },
  NDJSON: { path: "/api/chat", stream: true, flood: eventFlood },
  "bytes of any kind": {
    path: "/v1/files/content",
    stream: false,
    flood: (bytes) => ({
      kind: "answer",
      status: 200,
      contentType: "application/octet-stream",
      framing: "chunked",
      pieces: Array.from({ length: bytes / megabyte }, () => block),
    }),
  },
};

const figures: (string | number)[][] = [];
afterAll(() => {
  printTable(
    `${total / megabyte} MB through a client that stalls (MB)`,
    [
      "answer",
      "",
      "sent by the upstream during the stall",
      "growth by then",
      "growth at full speed afterwards",
      "seconds",
    ],
    figures,
  );
});

/** What a figure says once it has said so five times. */
async function whenSteady(figure: () => number, everyMs: number): Promise<number> {
  let last = figure();
  for (let same = 0; same < 5;) {
    await Bun.sleep(everyMs);
    const now = figure();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

/** What the upstream has got rid of once no more goes, in bytes. */
const sentWhenStalled = (call: RecordedRequest): Promise<number> =>
  whenSteady(() => call.bytesSent, 50);

/** Until what the answers before have left is given back, and the log's thread rests. */
const whenAtRest = (router: SpawnedRouter): Promise<number> =>
  whenSteady(() => Math.round(router.residentBytes() / megabyte), 250);

const routesTo = (fake: FakeModel, path: string): string =>
  `servers: { a: { url: "${fake.url}", type: ${path.startsWith("/api") ? "ollama" : "openai"} } }`;

/** The highest memory seen while `work` lasts. */
async function peakDuring<T>(router: SpawnedRouter, work: Promise<T>): Promise<[T, number]> {
  let peak = router.residentBytes();
  const timer = setInterval(() => {
    peak = Math.max(peak, router.residentBytes());
  }, 10);
  try {
    return [await work, peak];
  } finally {
    clearInterval(timer);
  }
}

/** Sent first: what the runtime makes ready for them is none of the flood's. */
const ordinaryCalls = 200;

interface Setup {
  readonly setup: string;
  readonly env: Readonly<Record<string, string>>;
  /** Bytes of an answer before the measured one: the log's thread allocates its buffers with the first that fills them. */
  readonly before: number;
  readonly maxAtSpeed: number;
}

const setups: readonly Setup[] = [
  { setup: "log off", env: { ENABLE_LOGGING: "false" }, before: 0, maxAtSpeed: maxGrowth },
  {
    setup: "log on",
    env: {},
    before: maxBlobSize + megabyte,
    maxAtSpeed: maxGrowth + keptByTheLog,
  },
];

describe.each(Object.entries(floods))("%s", (name, { path, stream, flood }) => {
  const request = {
    path,
    body: { model: "a/m", stream, messages: [{ role: "user", content: "hi" }] },
  };

  /** What a client gets that asks the upstream itself. */
  let straight: ReadAnswer;
  beforeAll(() =>
    withFakes({ a: {} }, async ({ a }) => {
      a.script(() => flood(total));
      straight = await (
        await slowReader(a.url, { ...request, body: { ...request.body, model: "m" } })
      ).over;
    }),
  );

  test.each(setups)(
    "a stalled client with very much to come grows memory by less than 32 MB, and all of it arrives in the end: $setup",
    ({ setup, env, before: bytesBefore, maxAtSpeed }) =>
      withFakes({ a: {} }, ({ a }) =>
        withSpawnedRouter(
          { routes: routesTo(a, path), env: { ...returnsMemory, ...env } },
          async (router) => {
            await inParallel(Array.from({ length: ordinaryCalls }), 8, async () => {
              await (await rawRequest(router.url, request)).whole();
            });
            a.script(() => flood(bytesBefore));
            if (bytesBefore > 0) await (await slowReader(router.url, request)).over;
            await whenAtRest(router);
            a.reset();
            a.script(() => flood(total));
            const before = router.residentBytes();
            const started = performance.now();
            const reader = await slowReader(router.url, request);
            reader.pause();
            const call = await a.waitForRequest(({ target }) => target === path);
            const [sent, stalledPeak] = await peakDuring(router, sentWhenStalled(call));
            expect(call.ending).toBe("open");
            // What the operating system's buffers on the way took.
            expect(sent).toBeLessThan(total / 2);

            reader.resume();
            const [answer, peak] = await peakDuring(router, reader.over);
            figures.push([
              name,
              setup,
              (sent / megabyte).toFixed(1),
              ((stalledPeak - before) / megabyte).toFixed(1),
              ((peak - before) / megabyte).toFixed(1),
              ((performance.now() - started) / 1000).toFixed(1),
            ]);
            expect(answer).toEqual(straight);
            expect(answer.bytes).toBeGreaterThanOrEqual(total);
            expect(stalledPeak - before).toBeLessThan(maxGrowth);
            expect(peak - before).toBeLessThan(maxAtSpeed);
          },
        ),
      ),
  );

  test("a client that leaves without having read on lets go of the upstream", () =>
    withFakes({ a: {} }, ({ a }) =>
      withSpawnedRouter({ routes: routesTo(a, path) }, async (router) => {
        a.script(() => flood(total));
        const reader = await slowReader(router.url, request);
        reader.pause();
        const call = await a.waitForRequest(({ target }) => target === path);
        await sentWhenStalled(call);
        reader.leave();
        await a.waitForRequest((received) => received === call && received.abortedAt !== null);
      }),
    ));
});
