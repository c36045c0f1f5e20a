// SIGTERM on the real program: what is under way is finished and logged, nothing else is waited for.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { createGate } from "../../src/adapters/fake-model/gate.ts";
import type { FakeModel } from "../../src/adapters/fake-model/fake-model.ts";
import { queryDatabase } from "../lab/query-database.ts";
import { rawRequest } from "../lab/raw-request.ts";
import { type SpawnedRouter, withSpawnedRouter } from "../lab/spawn-router.ts";
import { sseEvents } from "../lab/split-events.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import { withFakes } from "../lab/with-fakes.ts";

interface Row {
  readonly state: string;
  readonly status_code: number | null;
  readonly finish_reason: string | null;
}

const running = (
  run: (lab: {
    readonly fake: FakeModel;
    readonly router: SpawnedRouter;
    readonly rows: () => readonly Row[];
    readonly again: (then: (router: SpawnedRouter) => Promise<void>) => Promise<void>;
  }) => Promise<void>,
) =>
  withTempFolder((folder) =>
    withFakes({ a: {} }, ({ a }) => {
      const path = join(folder, "requests.db");
      const env = {
        DB_PATH: path,
        BLOB_STORAGE_PATH: join(folder, "blobs"),
        DEFAULT_UPSTREAM: a.url,
      };
      const rows = () =>
        queryDatabase<Row>(
          path,
          "select state, status_code, detail ->> '$[18]' as finish_reason from requests",
        );
      const again = (then: (router: SpawnedRouter) => Promise<void>) =>
        withSpawnedRouter({ env }, then);
      return again((router) => run({ fake: a, router, rows, again }));
    }),
  );

const call = {
  path: "/v1/chat/completions",
  body: { model: "m", stream: true, messages: [{ role: "user", content: "hi" }] },
};

/** Resolves once new connections are refused. */
async function closed({ url }: SpawnedRouter): Promise<void> {
  while (
    await fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    )
  );
}

test("a stream under way is finished and its row complete; page events end at once; new calls are not taken", () =>
  running(async ({ fake, router, rows }) => {
    const gate = createGate();
    fake.script([{ kind: "stall", when: "mid-content", until: gate, perEvent: true }]);
    const events = await rawRequest(router.url, { method: "GET", path: "/api/events" });
    await events.waitFor(": events");
    const client = await rawRequest(router.url, call);
    await client.waitFor('"content"');
    process.kill(router.pid, "SIGTERM");
    expect(await events.ended).toBe("fin");
    await closed(router);
    gate.open();
    const { end } = await client.whole();
    expect(end).toBe("whole");
    expect(sseEvents(client.text()).at(-1)?.data).toBe("[DONE]");
    expect(await router.exited).toBe(0);
    expect(rows()).toEqual([{ state: "completed", status_code: 200, finish_reason: "stop" }]);
  }));

test("a second signal stops at once; the row it leaves is marked at the next start", () =>
  running(async ({ fake, router, rows, again }) => {
    const gate = createGate();
    fake.script([{ kind: "stall", when: "mid-content", until: gate, perEvent: true }]);
    const client = await rawRequest(router.url, call);
    await client.waitFor('"content"');
    // The list is read after everything is written, the row of the call under way included.
    expect(await (await fetch(`${router.url}/api/logs`)).json()).toMatchObject({
      logs: [{ state: "inflight" }],
    });
    process.kill(router.pid, "SIGTERM");
    // Two signals sent together arrive as one.
    await closed(router);
    process.kill(router.pid, "SIGTERM");
    expect(await router.exited).toBe(1);
    gate.open();
    expect(rows()).toMatchObject([{ state: "inflight" }]);
    await again(async () => {
      expect(rows()).toMatchObject([{ state: "interrupted" }]);
    });
  }));

test("a plain answer that is still being sent is sent to its last byte", async () => {
  // More than the operating system takes off a program's hands at once.
  const content = "x".repeat(21 * 1024 * 1024);
  const body = JSON.stringify({ choices: [{ message: { content }, finish_reason: "stop" }] });
  const json = { headers: { "content-type": "application/json" } };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response(body, json),
  });
  const env = { DEFAULT_UPSTREAM: `http://127.0.0.1:${server.port}`, ENABLE_LOGGING: "false" };
  await withSpawnedRouter({ env }, async (router) => {
    const client = await rawRequest(router.url, { ...call, body: { ...call.body, stream: false } });
    await client.waitFor("\r\n\r\n");
    client.pause();
    process.kill(router.pid, "SIGTERM");
    await closed(router);
    client.resume();
    const whole = await client.whole();
    expect([whole.end, whole.body.length]).toEqual(["whole", body.length]);
    expect(await router.exited).toBe(0);
    expect(router.reported.join()).not.toContain("cut off");
  });
  await server.stop(true);
});
