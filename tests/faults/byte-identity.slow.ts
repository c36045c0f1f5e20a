// With the cleaners off, whatever a stream looks like, the client gets its very bytes.
import { expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import { inParallel } from "../lab/in-parallel.ts";
import { allRows } from "../lab/log-rows.ts";
import { printTable } from "../lab/print-table.ts";
import { createRandom } from "../lab/random.ts";
import { randomStream, type RandomStream } from "./random-streams.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { sweep } from "../lab/sweep.ts";
import { withSpawnedRouter } from "../lab/spawn-router.ts";
import { withFakes } from "../lab/with-fakes.ts";

const count = sweep(20_000);
const seed = Number(process.env["SMOLROUTER_TEST_SEED"] ?? Date.now() % 2 ** 31);

test(`${count} random streams arrive exactly as sent (SMOLROUTER_TEST_SEED=${seed})`, () =>
  withFakes({ a: { anyBasePath: true, keepRequests: false } }, ({ a }) =>
    withSpawnedRouter(
      {
        routes: `
servers:
  first: { url: "${a.url}/first", type: openai }
  full: { url: "${a.url}/full", type: openai, commit: full }
  ollama-first: { url: "${a.url}/ollama-first", type: ollama }
  ollama-full: { url: "${a.url}/ollama-full", type: ollama, commit: full }
`,
        env: { STRIP_THINKING: "false", STRIP_JSON_MARKDOWN: "false", SSE_KEEPALIVE: "0" },
      },
      async (router) => {
        const random = createRandom(seed);
        const streams = Array.from({ length: count }, () => randomStream(random));
        a.script(({ query }) => {
          const stream = streams[Number(query.slice(1))];
          if (stream === undefined) return undefined;
          const { pieces, contentType } = stream;
          return {
            kind: "answer",
            status: 200,
            stream: true,
            framing: "chunked",
            pieces,
            contentType,
            perEvent: Number(query.slice(1)) % 4 > 0,
          };
        });
        const started = performance.now();
        const wrong = await inParallel(streams, 64, async (stream, _worker, index) =>
          complaint(router.url, stream, index),
        );
        const seconds = (performance.now() - started) / 1000;
        expect(wrong.filter((one) => one !== null).slice(0, 5)).toEqual([]);
        const rows = await allRows(router.url);
        expect(rows.filter(({ state }) => state === "completed")).toHaveLength(count);
        printTable(
          "byte identity",
          ["path", "streams", "bytes"],
          [...Map.groupBy(streams, ({ path }) => path)].map(([path, those]) => [
            path,
            those.length,
            those.reduce((sum, stream) => sum + bytesOf(stream).length, 0),
          ]),
        );
        console.log(`  ${Math.round(count / seconds)} streams a second`);
      },
    ),
  ));

const bytesOf = ({ pieces }: RandomStream): Buffer => Buffer.concat(pieces);

/** What is wrong about one stream; null where it came as it was sent. */
async function complaint(url: string, stream: RandomStream, index: number): Promise<string | null> {
  const commit = index % 2 === 0 ? "first" : "full";
  const server = stream.path.startsWith("/api") ? `ollama-${commit}` : commit;
  const exchange = await rawRequest(url, {
    path: `${stream.path}?${index}`,
    body: { model: `${server}/m`, stream: true, messages: [{ role: "user", content: "hi" }] },
  });
  const { status, end, body } = await exchange.whole();
  const sent = bytesOf(stream);
  if (status === 200 && end === "whole" && body.equals(sent)) return null;
  return `${index} ${server}${stream.path}: ${status} ${end}; sent ${JSON.stringify(sent.toString("latin1"))}, came ${JSON.stringify(body.toString("latin1"))}`;
}
