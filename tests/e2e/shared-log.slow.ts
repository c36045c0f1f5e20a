// The program on a database that goes away: what its clients, `/readyz`, pages and metrics say meanwhile,
// and what it says where the database does not let it in.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { until } from "../lab/live-view.ts";
import { labPassword, startPostgres, withDatabase } from "../lab/postgres.ts";
import { programCommand } from "../lab/program.ts";
import { type TestRouter, withRouter } from "../lab/start-router.ts";
import { withTempFolder } from "../lab/temp-folder.ts";
import { withFakes } from "../lab/with-fakes.ts";

const call = (content: string) => ({ model: "m", messages: [{ role: "user", content }] });

interface Ready {
  readonly status: number;
  readonly warnings: readonly string[];
  readonly error?: string;
}

async function ready({ url }: TestRouter): Promise<Ready> {
  const response = await fetch(`${url}/readyz`);
  return { ...((await response.json()) as Ready), status: response.status };
}

/** What `/readyz` says once it says what is waited for. */
async function readyOnce(router: TestRouter, fits: (now: Ready) => boolean): Promise<Ready> {
  for (;;) {
    const now = await ready(router);
    if (fits(now)) return now;
    await Bun.sleep(100);
  }
}

async function figure({ url }: TestRouter, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

async function answered(router: TestRouter, content: string): Promise<void> {
  const response = await router.post("/v1/chat/completions", call(content));
  const seen = { status: response.status, says: await response.text() };
  expect(seen).toMatchObject({ status: 200 });
}

test("an outage keeps the router ready while rows are kept, and not while they are lost", async () => {
  const server = await startPostgres();
  try {
    const database = server.url(await server.createDatabase());
    await withFakes({ a: {} }, ({ a }) =>
      withRouter(
        {
          env: { DATABASE_URL: database, SPOOL_MAX_SIZE: "65536" },
          routes: `servers: { a: { url: "${a.url}", speaks: [chat] } }`,
        },
        async (router) => {
          await answered(router, "before");
          expect(await router.rows()).toHaveLength(1);
          expect(await ready(router)).toMatchObject({ status: 200, warnings: [] });
          expect(await figure(router, "smolrouter_log_store_up")).toBe(1);

          server.stop("immediate");
          await answered(router, "away");
          const away = await readyOnce(router, ({ warnings }) =>
            warnings.join().includes("The log's database cannot be reached"),
          );
          expect(away.status).toBe(200);
          expect(await figure(router, "smolrouter_log_store_up")).toBe(0);
          // The outage may be noticed before the row is there that waits for its end.
          await until(async () => (await figure(router, "smolrouter_spool_rows")) > 0);
          const page = await (
            await fetch(`${router.url}/`, { headers: { accept: "text/html" } })
          ).text();
          expect(page).toContain("cannot be reached");
          expect(page).not.toContain(labPassword);

          // More than the spool takes, for longer than a hiccup.
          let isOver = false;
          const flood = (async () => {
            for (let turn = 0; !isOver; turn++) await answered(router, `flood ${turn}`);
          })();
          const lost = await readyOnce(router, ({ status }) => status === 503);
          expect(lost.error).toBe("the log's store does not take rows");
          isOver = true;
          await flood;
          const dropped = 'smolrouter_log_dropped_rows_total{reason="spool_full"}';
          expect(await figure(router, dropped)).toBeGreaterThan(0);

          server.start();
          const back = await readyOnce(router, ({ status }) => status === 200);
          expect(back.warnings.join()).toContain("The log lost rows since the start");
          await readyOnce(router, ({ warnings }) => !warnings.join().includes("cannot be reached"));
          expect(await figure(router, "smolrouter_log_store_up")).toBe(1);
          await answered(router, "after");
          await router.rows();
          // Each row is there, or counted as lost.
          const ended = a.calls().length;
          const all = (await router.stats()).total.requests;
          expect(all + (await figure(router, dropped))).toBe(ended);
          expect(router.log.join("\n")).not.toContain(labPassword);
        },
      ),
    );
  } finally {
    server.remove();
  }
}, 60_000);

test("a router that starts without its database answers at once, and has its rows there later", async () => {
  const server = await startPostgres();
  try {
    const database = server.url(await server.createDatabase());
    server.stop("fast");
    await withFakes({ a: {} }, ({ a }) =>
      withRouter(
        {
          env: { DATABASE_URL: database },
          routes: `servers: { a: { url: "${a.url}", speaks: [chat] } }`,
        },
        async (router) => {
          await answered(router, "early");
          expect((await ready(router)).status).toBe(200);
          const list = await fetch(`${router.url}/api/logs`);
          expect(list.status).toBe(503);
          expect(await list.text()).toContain("not reachable");
          server.start();
          await readyOnce(router, ({ warnings }) => !warnings.join().includes("cannot be reached"));
          for (;;) {
            const found = await fetch(`${router.url}/api/logs`);
            if (found.status === 200 && (await router.rows()).length === 1) break;
            await Bun.sleep(100);
          }
        },
      ),
    );
  } finally {
    server.remove();
  }
}, 60_000);

test(
  "what the database itself refuses ends the start with one line",
  () =>
    withDatabase((url) =>
      withTempFolder(async (folder) => {
        const cases: readonly (readonly [url: string, says: RegExp])[] = [
          [
            url.replace(labPassword, "wrong-secret-word"),
            /refused the user or the password.*DATABASE_URL/,
          ],
          [url.replace(/lab_\d+$/, "nowhere"), /no such database/],
          [`${url}?sslmode=require`, /TLS/],
          ["postgres://me:wrong-secret-word@db", /must name one database/],
        ];
        for (const [database, says] of cases) {
          const child = Bun.spawn([...programCommand], {
            cwd: folder,
            env: {
              PATH: process.env["PATH"] ?? "",
              LISTEN_PORT: "0",
              DATABASE_URL: database,
              DB_PATH: join(folder, "spool.db"),
            },
            stdin: "ignore",
            stdout: "pipe",
            stderr: "pipe",
          });
          const [out, err, code] = await Promise.all([
            child.stdout.text(),
            child.stderr.text(),
            child.exited,
          ]);
          expect(code).toBe(1);
          const lines = err.split("\n").filter((line) => line.startsWith("environment: "));
          expect(lines).toEqual([
            expect.stringMatching(
              /^environment: DATABASE_URL=(?:\[hidden\]|postgres:\/\/\[hidden\]@127\.0\.0\.1:\d+\/\w+): /,
            ),
          ]);
          expect(lines[0]).toMatch(says);
          expect(out + err).not.toMatch(/secret-word/);
          rmSync(join(folder, "spool.db"), { force: true });
        }
      }),
    ),
  60_000,
);
