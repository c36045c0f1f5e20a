// Bodies kept for the log share 256 MiB over all calls, however many large answers pass at once.
import { expect, test } from "bun:test";
import { peakGrowth } from "../lab/peak-memory.ts";
import { printTable } from "../lab/print-table.ts";
import { withSpawnedRouter } from "../lab/spawn-router.ts";

const megabyte = 1024 * 1024;
const downloads = 100;
const each = 10 * megabyte;
const shared = 256 * megabyte;
/** What 100 such answers take while they pass, where nothing is kept of them: 256 MB were measured. */
const beside = 384 * megabyte;

/** Answers with 10 MB at once, and ends when the gate opens. */
function startStore(gate: Promise<void>) {
  const block = new Uint8Array(megabyte).fill(0x41);
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch() {
      let left = each / megabyte;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (left-- > 0) {
            controller.enqueue(block);
            return;
          }
          await gate;
          controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "application/octet-stream" } });
    },
  });
}

interface Stored {
  readonly state: string;
  readonly response_size: number;
  readonly response_body: string | null;
  readonly response_body_truncated: boolean;
}

test("100 downloads of 10 MB at once take no more than what bodies share, and those cut are marked", async () => {
  const gate = Promise.withResolvers<void>();
  const store = startStore(gate.promise);
  try {
    await withSpawnedRouter(
      { env: { DEFAULT_UPSTREAM: `http://127.0.0.1:${store.port}`, MAX_BLOB_SIZE: String(each) } },
      async (router) => {
        const { result, growth } = await peakGrowth(router.pid, async () => {
          const readers = await Promise.all(
            Array.from({ length: downloads }, async (_, place) => {
              const { body } = await fetch(`${router.url}/v1/files/content?${place}`);
              const reader = body!.getReader();
              for (let got = 0; got < each;) got += (await reader.read()).value?.length ?? 0;
              return reader;
            }),
          );
          gate.resolve();
          return Promise.all(readers.map((reader) => reader.read()));
        });
        expect(result.every(({ done }) => done)).toBe(true);
        const { logs } = (await (await fetch(`${router.url}/api/logs?limit=500`)).json()) as {
          logs: { id: string }[];
        };
        expect(logs).toHaveLength(downloads);
        let kept = 0;
        for (const { id } of logs) {
          const row = (await (await fetch(`${router.url}/api/logs/${id}`)).json()) as Stored;
          expect(row).toMatchObject({ state: "completed", response_size: each });
          const length = row.response_body?.length ?? 0;
          if (!row.response_body_truncated) expect(length).toBe(each);
          else expect(length).toBeLessThan(each);
          kept += length;
        }
        printTable(
          `${downloads} downloads of ${each / megabyte} MB at once`,
          ["growth of the router, MB", "kept in the log, MB"],
          [[Math.round(growth / megabyte), Math.round(kept / megabyte)]],
        );
        expect(kept).toBeLessThanOrEqual(shared);
        expect(growth).toBeLessThan(shared + beside);
      },
    );
  } finally {
    await store.stop(true);
  }
});
