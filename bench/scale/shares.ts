// A server that takes four calls at once, and three routers that come and go: whether the four are ever
// exceeded, and how well they are used.
import type { SpawnedRouter } from "../../tests/lab/spawn-router.ts";
import { startScaleLab } from "../lab/scale-lab.ts";

const limit = 4;
/** Of the model's work, ms. */
const workMs = 100;
const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] });

/** @param seconds of load */
export async function benchShares(seconds: number): Promise<void> {
  let [active, most, busy, answered] = [0, 0, 0, 0];
  let lastAt = performance.now();
  const moved = (by: number) => {
    const now = performance.now();
    busy += active * (now - lastAt);
    lastAt = now;
    active += by;
    most = Math.max(most, active);
  };
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      if (request.method !== "POST") return Response.json({ object: "list", data: [{ id: "m" }] });
      moved(1);
      await Bun.sleep(workMs);
      moved(-1);
      answered++;
      return Response.json({
        id: "1",
        object: "chat.completion",
        choices: [
          { index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" },
        ],
      });
    },
  });
  const routes = `servers: { a: { url: "http://127.0.0.1:${server.port}", speaks: [chat], max_concurrency: ${limit}, max_queue: 1000 } }`;
  const lab = await startScaleLab();
  let over = false;
  const failed: string[] = [];
  async function client(router: SpawnedRouter): Promise<void> {
    while (!over)
      try {
        const response = await fetch(`${router.url}/v1/chat/completions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        await response.arrayBuffer();
        if (response.status !== 200) failed.push(`status ${response.status}`);
      } catch {
        return; // its router is gone
      }
  }
  try {
    const clients: Promise<void>[] = [];
    const join = async (name: string, calls: number) => {
      const router = await lab.router(name, routes);
      for (let number = 0; number < calls; number++) clients.push(client(router));
      return router;
    };
    await join("one", 6);
    await Bun.sleep(3_000);
    [busy, lastAt] = [0, performance.now()];
    const startedAt = performance.now();
    let third = await join("two", 1).then(() => join("three", 3));
    for (let turn = 0; performance.now() - startedAt < seconds * 1_000; turn++) {
      await Bun.sleep(Math.min(10_000, (seconds * 1_000) / 4));
      if (turn % 2 === 0) process.kill(third.pid, turn % 4 === 0 ? "SIGTERM" : "SIGKILL");
      else third = await join("three", 3);
    }
    moved(0);
    const used = busy / (limit * (performance.now() - startedAt));
    over = true;
    await Promise.all(clients);
    console.log(
      `three routers, a limit of ${limit}: at most ${most} at once, ${(used * 100).toFixed(0)} % used, ` +
        `${answered} answered, ${failed.length} failed`,
    );
  } finally {
    over = true;
    await lab.close();
    await server.stop(true);
  }
}
