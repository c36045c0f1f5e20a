// Many connections at once: idle ones, streams, and those that only want to occupy places.
import { expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { printTable } from "../lab/print-table.ts";
import { type RawExchange, rawRequest } from "../lab/raw-request.ts";
import { withSpawnedRouter } from "../lab/spawn-router.ts";

const path = "/v1/chat/completions";
const megabyte = 1_048_576;

function open(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.on("error", () => undefined);
      socket.write(bytes);
      resolve(socket);
    });
    socket.on("error", reject);
  });
}

/** ms that a call takes, the median of some. */
async function latency(url: string, times: number): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const start = performance.now();
    const response = await fetch(url + path, { method: "POST", body: '{"model":"m"}' });
    expect(response.status).toBe(200);
    await response.text();
    took.push(performance.now() - start);
  }
  return took.toSorted((a, b) => a - b)[times >> 1]!;
}

test("1,000 idle connections, 300 streams and 200 slow ones keep nobody from being served", async () => {
  const fake = await startFakeModel({ name: "a", models: ["m"], keepRequests: false });
  try {
    await withSpawnedRouter({ env: { DEFAULT_UPSTREAM: fake.url } }, async (router) => {
      const port = Number(new URL(router.url).port);
      const alone = await latency(router.url, 20);
      const base = router.residentBytes();

      const kept = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
      const idle = await Promise.all(Array.from({ length: 1_000 }, () => open(port, kept)));
      // Half drip their head, half their body.
      const heads = await Promise.all(
        Array.from({ length: 100 }, () => open(port, `POST ${path} HTTP/1.1\r\nX: `)),
      );
      const started = performance.now();
      const closed = heads.map(
        (socket) =>
          new Promise<number>((resolve) =>
            socket.on("close", () => resolve(performance.now() - started)),
          ),
      );
      const announce = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n\r\n`;
      const bodies = await Promise.all(Array.from({ length: 100 }, () => open(port, announce)));
      const drip = setInterval(() => {
        for (const socket of [...heads, ...bodies]) if (!socket.destroyed) socket.write("a");
      }, 250);

      fake.script(() => ({ kind: "answer", betweenMs: 900 }));
      const body = { model: "m", stream: true, messages: [{ role: "user", content: "hi" }] };
      const streams: RawExchange[] = await Promise.all(
        Array.from({ length: 300 }, () => rawRequest(router.url, { path, body })),
      );
      await Promise.all(streams.map((stream) => stream.waitFor("data: ")));
      const held = router.residentBytes();
      fake.script([]);
      const crowded = await latency(router.url, 20);
      const whole = await Promise.all(streams.map((stream) => stream.whole()));
      expect(whole.every((response) => response.body.includes("data: [DONE]"))).toBe(true);

      // A head has 12 s to come, however steadily it drips.
      const lasted = await Promise.all(closed);
      expect(Math.max(...lasted)).toBeLessThan(30_000);
      clearInterval(drip);
      const alive = idle.filter((socket) => !socket.destroyed).length;
      expect(alive).toBe(1_000);
      for (const socket of [...idle, ...bodies]) socket.destroy();
      printTable(
        "1,000 idle, 300 streams, 200 slow",
        ["", "value"],
        [
          ["median of 20 calls, alone", `${alone.toFixed(1)} ms`],
          ["median of 20 calls, among them", `${crowded.toFixed(1)} ms`],
          ["memory before", `${(base / megabyte).toFixed(0)} MB`],
          ["memory while all are held", `${(held / megabyte).toFixed(0)} MB`],
          ["slow heads were cut off after", `${(Math.max(...lasted) / 1_000).toFixed(1)} s`],
        ],
      );
      expect(crowded).toBeLessThan(1_000);
      expect(held - base).toBeLessThan(150 * megabyte);
    });
  } finally {
    await fake.stop();
  }
});

test("a body that drips gets 408 after half a minute", () =>
  withSpawnedRouter({}, async (router) => {
    const announced = { "Content-Length": "90000" };
    const exchange = await rawRequest(router.url, { path, body: "{", headers: announced });
    const drip = setInterval(() => exchange.send("a"), 1_000);
    const { status } = await exchange.whole();
    clearInterval(drip);
    expect(status).toBe(408);
  }));
