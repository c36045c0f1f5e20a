// A client that stops reading stops the reading from upstream: nothing piles up in between.
import { afterAll, describe, expect, test } from "bun:test";
import type { Behaviour } from "../../src/adapters/fake-model/behaviour.ts";
import type { RecordedRequest } from "../../src/adapters/fake-model/request-log.ts";
import { printTable } from "../lab/print-table.ts";
import { slowReader } from "../lab/slow-reader.ts";
import { withSpawnedRouter, type SpawnedRouter } from "../lab/spawn-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const megabyte = 1024 * 1024;
const total = 200 * megabyte;
/** While the client reads nothing. */
const mostGrowth = 32 * megabyte;
/** At full speed afterwards: what the log keeps of it (10 MB), and garbage not yet collected. */
const mostGrowthAtSpeed = 128 * megabyte;

const block = new Uint8Array(megabyte).map((_, index) => index);

const floods: Readonly<
  Record<string, { readonly path: string; readonly stream: boolean; readonly flood: Behaviour }>
> = {
  "a stream of events": {
    path: "/v1/chat/completions",
    stream: true,
    flood: { kind: "flood", events: total / (64 * 1024), eventBytes: 64 * 1024 },
  },
  NDJSON: {
    path: "/api/chat",
    stream: true,
    flood: { kind: "flood", events: total / (64 * 1024), eventBytes: 64 * 1024 },
  },
  "bytes of any kind": {
    path: "/v1/files/content",
    stream: false,
    flood: {
      kind: "answer",
      status: 200,
      contentType: "application/octet-stream",
      framing: "chunked",
      pieces: Array.from({ length: total / megabyte }, () => block),
    },
  },
};

const figures: (string | number)[][] = [];
afterAll(() => {
  printTable(
    `${total / megabyte} MB through a client that stalls (MB)`,
    [
      "answer",
      "sent by the upstream during the stall",
      "growth by then",
      "growth at full speed afterwards",
      "seconds",
    ],
    figures,
  );
});

/** How many bytes the upstream has got rid of once no more go. */
async function whenSteady(call: RecordedRequest): Promise<number> {
  for (let before = -1, same = 0; same < 5;) {
    same = call.bytesSent === before ? same + 1 : 0;
    before = call.bytesSent;
    await Bun.sleep(50);
  }
  return call.bytesSent;
}

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

describe.each(Object.entries(floods))("%s", (name, { path, stream, flood }) => {
  test(
    "a stalled client with 200 MB to come grows memory by less than 32 MB, and all of it arrives in the end",
    () =>
      withFakes({ a: {} }, ({ a }) =>
        withSpawnedRouter(
          {
            routes: `
servers: { a: { url: "${a.url}", type: ${path.startsWith("/api") ? "ollama" : "openai"} } }
`,
          },
          async (router) => {
            const request = {
              path,
              body: { model: "a/m", stream, messages: [{ role: "user", content: "hi" }] },
            };
            a.script(() => flood);
            const straight = await (
              await slowReader(a.url, { ...request, body: { ...request.body, model: "m" } })
            ).over;
            a.reset();
            a.script(() => flood);
            const before = router.residentBytes();
            const started = performance.now();
            const reader = await slowReader(router.url, request);
            reader.pause();
            const call = await a.waitForRequest(({ target }) => target === path);
            const [sent, stalledPeak] = await peakDuring(router, whenSteady(call));
            expect(call.ending).toBe("open");
            // What the operating system's buffers on the way took.
            expect(sent).toBeLessThan(total / 3);
            expect(stalledPeak - before).toBeLessThan(mostGrowth);

            reader.resume();
            const [answer, peak] = await peakDuring(router, reader.over);
            expect(answer).toEqual(straight);
            expect(answer.bytes).toBeGreaterThanOrEqual(total);
            expect(peak - before).toBeLessThan(mostGrowthAtSpeed);
            figures.push([
              name,
              (sent / megabyte).toFixed(1),
              ((stalledPeak - before) / megabyte).toFixed(1),
              ((peak - before) / megabyte).toFixed(1),
              ((performance.now() - started) / 1000).toFixed(1),
            ]);
          },
        ),
      ),
    60_000,
  );

  test("a client that leaves without having read on lets go of the upstream within 250 ms", () =>
    withFakes({ a: {} }, ({ a }) =>
      withSpawnedRouter(
        {
          routes: `servers: { a: { url: "${a.url}", type: ${path.startsWith("/api") ? "ollama" : "openai"} } }`,
        },
        async (router) => {
          a.script(() => flood);
          const reader = await slowReader(router.url, {
            path,
            body: { model: "a/m", stream, messages: [{ role: "user", content: "hi" }] },
          });
          reader.pause();
          const call = await a.waitForRequest(({ target }) => target === path);
          await whenSteady(call);
          const left = performance.now();
          reader.leave();
          await a.waitForRequest((request) => request === call && request.abortedAt !== null);
          expect(call.abortedAt! - left).toBeLessThan(250);
        },
      ),
    ));
});
