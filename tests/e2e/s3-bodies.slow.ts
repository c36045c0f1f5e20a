// A router whose larger bodies go to S3, from the environment to the bucket and back: whole, without a
// call or a row that waits for it, and shown for what they are where S3 has lost them.
import { describe, expect, test } from "bun:test";
import type { LogDetail, Stats } from "../../src/ports/browse.ts";
import { type S3Server, startS3Server } from "../lab/s3-server.ts";
import { type SpawnedRouter, spawnRouter } from "../lab/spawn-router.ts";
import { startRouter, type TestRouter } from "../lab/start-router.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import { withFakes } from "../lab/with-fakes.ts";

function bucketEnv({ settings }: S3Server) {
  return {
    BLOB_STORAGE_TYPE: "s3",
    BLOB_INLINE_LIMIT: "1000",
    S3_ENDPOINT: settings.endpoint ?? "",
    S3_BUCKET: settings.bucket,
    S3_PREFIX: "router",
    AWS_ACCESS_KEY_ID: settings.accessKeyId,
    AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
  };
}

/** Text that does not shrink. */
const long = (seed: number) =>
  Array.from({ length: 600 }, (_, place) => Bun.hash(`${seed} ${place}`).toString(36)).join(" ");
const asked = (content: string) => ({ model: "m", messages: [{ role: "user", content }] });

/** @param env beside what names the bucket */
async function withRouter(
  run: (router: TestRouter, s3: S3Server) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const s3 = await startS3Server();
  try {
    await withFakes({ a: {} }, async ({ a }) => {
      const bucket = bucketEnv(s3);
      const router = await startRouter({ env: { DEFAULT_UPSTREAM: a.url, ...bucket, ...env } });
      try {
        await run(router, s3);
      } finally {
        await router.stop();
      }
    });
  } finally {
    await s3.stop();
  }
}

async function detail(router: { readonly url: string }, id: string): Promise<LogDetail> {
  return (await (await fetch(`${router.url}/api/logs/${id}`)).json()) as LogDetail;
}

describe("a body larger than BLOB_INLINE_LIMIT", () => {
  test("goes to the bucket, below the prefix, and is read from there in part", () =>
    withRouter(async (router, s3) => {
      const contents = [1, 2, 3].map(long);
      for (const content of contents) {
        const answer = await router.post("/v1/chat/completions", asked(content));
        expect(answer.status).toBe(200);
        await answer.text();
      }
      await s3.until(() => s3.objects.size > 0);
      const rows = await router.rows();
      expect(s3.objects.size).toBeLessThan(3); // what comes within a second goes together
      for (const key of s3.objects.keys())
        expect(key).toMatch(/^router\/log-[0-9a-f]{32}\/\d{4}-\d\d-\d\d\/[0-9a-f-]{36}$/);
      for (const [place, { id }] of rows.toReversed().entries()) {
        const { request_body, request_body_truncated } = await detail(router, id);
        expect(JSON.parse(request_body ?? "")).toEqual(asked(contents[place] ?? ""));
        expect(request_body_truncated).toBe(false);
      }
      expect(s3.seen.filter((line) => line.startsWith("GET "))).toHaveLength(3);
    }));

  test("is kept here while S3 is away, and brought there when it is back", () =>
    withRouter(async (router, s3) => {
      s3.fault = "slow_down";
      const content = long(4);
      const answer = await router.post("/v1/chat/completions", asked(content));
      expect(answer.status).toBe(200);
      await answer.text();
      await s3.until(() => s3.seen.length > 1);
      const row = await router.row();
      expect(JSON.parse(row.request_body ?? "")).toEqual(asked(content));
      s3.fault = null;
      await s3.until(() => s3.objects.size === 1);
      expect(JSON.parse((await detail(router, row.id)).request_body ?? "")).toEqual(asked(content));
    }));

  test("that S3 does not give is shown as one that is lost, beside the rest of its row", () =>
    withRouter(async (router, s3) => {
      await (await router.post("/v1/chat/completions", asked(long(5)))).text();
      await s3.until(() => s3.objects.size === 1);
      const [row] = await router.rows();
      for (const break_ of [
        () => (s3.fault = "access_denied"),
        () => ((s3.fault = null), s3.objects.clear()),
      ]) {
        break_();
        const shown = await detail(router, row?.id ?? "");
        expect([shown.request_body, shown.request_body_truncated]).toEqual([null, true]);
        expect(shown.response_body).toContain("chat.completion");
      }
    }));

  test("is removed from the bucket with what no row needs any longer", () =>
    withRouter(
      async (router, s3) => {
        await (await router.post("/v1/chat/completions", asked(long(6)))).text();
        await s3.until(() => s3.objects.size === 1);
        const [first = ""] = s3.objects.keys();
        await (await router.post("/v1/chat/completions", asked(long(7)))).text();
        await s3.until(() => !s3.objects.has(first));
        const [, oldest] = await router.rows();
        const shown = await detail(router, oldest?.id ?? "");
        // By age or size, and not by a fault.
        expect([shown.request_body, shown.request_body_truncated]).toEqual([null, false]);
      },
      // Room for one of them.
      { MAX_TOTAL_STORAGE_SIZE: "8000" },
    ));

  test("that there is no room for here is lost, and counted; its row and the call are not", () =>
    withRouter(
      async (router, s3) => {
        s3.fault = "silent";
        const answer = await router.post("/v1/chat/completions", asked(long(8)));
        expect(answer.status).toBe(200);
        await answer.text();
        const row = await router.row();
        expect([row.state, row.request_body, row.request_body_truncated]).toEqual([
          "completed",
          null,
          true,
        ]);
        expect((await router.stats()) satisfies Stats).toMatchObject({ dropped_bodies: 1 });
      },
      { SPOOL_MAX_SIZE: "1000" },
    ));

  test("that S3 refuses is told in the log and on every page, until S3 takes it", () =>
    withRouter(async (router, s3) => {
      s3.bucketExists = false;
      await (await router.post("/v1/chat/completions", asked(long(10)))).text();
      await s3.until(() => s3.seen.length > 1);
      const warnings = async () => {
        const ready = await fetch(`${router.url}/readyz`);
        expect(ready.status).toBe(200);
        return ((await ready.json()) as { readonly warnings?: readonly string[] }).warnings ?? [];
      };
      const away = "The S3 store cannot be reached: bodies wait here";
      while (!(await warnings()).some((line) => line.startsWith(away))) await Bun.sleep(50);
      expect(router.log.join("\n")).toContain(
        "bodies wait here until S3 takes them: S3_BUCKET: the bucket does not exist",
      );
      const metrics = await (await fetch(`${router.url}/metrics`)).text();
      expect(metrics).toMatch(/^smolrouter_log_store_up 1$/m);
      expect(metrics).toMatch(/^smolrouter_spool_bytes [1-9]\d+$/m);
      s3.bucketExists = true;
      while ((await warnings()).length > 0) await Bun.sleep(50);
      expect(s3.objects.size).toBe(1);
      expect(router.log.join("\n")).not.toContain("a/secret");
    }));
});

test("what waits for S3 outlives the process, killed without warning", async () => {
  const s3 = await startS3Server();
  const routers: SpawnedRouter[] = [];
  try {
    s3.fault = "silent";
    await withTempFolder((folder) =>
      withFakes({ a: {} }, async ({ a }) => {
        const start = async () => {
          const env = {
            ...bucketEnv(s3),
            DEFAULT_UPSTREAM: a.url,
            DB_PATH: `${folder}/requests.db`,
          };
          const router = await spawnRouter({ env });
          routers.push(router);
          return router;
        };
        const killed = await start();
        const content = long(9);
        const init = { method: "POST", body: JSON.stringify(asked(content)) };
        const answer = await fetch(`${killed.url}/v1/chat/completions`, init);
        expect(answer.status).toBe(200);
        await answer.text();
        // On its way, and not answered.
        await s3.until(() => s3.seen.some((line) => line.startsWith("PUT ")));
        process.kill(killed.pid, "SIGKILL");
        await killed.exited;
        expect(s3.objects.size).toBe(0);
        s3.fault = null;
        const { url } = await start();
        await s3.until(() => s3.objects.size === 1);
        // To the key of the put that was cut off.
        const puts = s3.seen.filter((line) => line.startsWith("PUT "));
        expect(new Set(puts).size).toBe(1);
        const list = (await (await fetch(`${url}/api/logs`)).json()) as { logs: { id: string }[] };
        const { request_body } = await detail({ url }, list.logs[0]?.id ?? "");
        expect(JSON.parse(request_body ?? "")).toEqual(asked(content));
      }),
    );
  } finally {
    for (const router of routers) await router.stop();
    await s3.stop();
  }
});
