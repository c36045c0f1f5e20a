// A database and the routers on it, as processes of their own, for measurements.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeModel } from "../../src/adapters/fake-model/start-fake-model.ts";
import { type Client, createClient } from "../../src/adapters/logs/postgres/client.ts";
import { type LabPostgres, startPostgres } from "../../tests/lab/postgres.ts";
import { type SpawnedRouter, spawnRouter } from "../../tests/lab/spawn-router.ts";

export interface ScaleLab {
  readonly server: LabPostgres;
  readonly database: string;
  /** Looks at the database from outside. */
  readonly client: Client;
  /** Starts a router of that name; one that was stopped or killed finds its spool again. */
  router(
    name: string,
    routes: string,
    env?: Readonly<Record<string, string>>,
  ): Promise<SpawnedRouter>;
  /** Ends routers, server and folders. */
  close(): Promise<void>;
}

/** A server that keeps its promises: what it has committed is on the disk. */
export async function startScaleLab(): Promise<ScaleLab> {
  const server = await startPostgres({ settings: ["fsync=on", "full_page_writes=on"] });
  const database = server.url(await server.createDatabase());
  const folder = mkdtempSync(join(tmpdir(), "smolrouter-scale-"));
  const client = createClient({ url: database, connections: 1, silenceMs: 60_000 });
  const routers: SpawnedRouter[] = [];
  return {
    server,
    database,
    client,
    async router(name, routes, env = {}) {
      const router = await spawnRouter({
        routes,
        env: {
          DATABASE_URL: database,
          DB_PATH: join(folder, name, "spool.db"),
          INSTANCE_NAME: name,
          ...env,
        },
      });
      routers.push(router);
      return router;
    },
    async close() {
      await Promise.all(routers.map((router) => router.stop()));
      await client.close();
      server.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface ModelLab extends ScaleLab {
  readonly model: Awaited<ReturnType<typeof startFakeModel>>;
  /** A routes file with that model's server. */
  readonly routes: string;
}

/** Runs a measurement on such a lab with a model server, and ends both, whatever became of it. */
export async function withModelLab(run: (lab: ModelLab) => Promise<void>): Promise<void> {
  const model = await startFakeModel({ name: "a", models: ["m"], keepRequests: false });
  const lab = await startScaleLab();
  try {
    await run({ ...lab, model, routes: `servers: { a: { url: "${model.url}", speaks: [chat] } }` });
  } finally {
    await Promise.all([lab.close(), model.stop()]);
  }
}

/** Rows with an end, and what the figures count of them. */
export async function countedRows(
  client: Client,
): Promise<{ readonly rows: number; readonly figures: number }> {
  const [counts] = await client.run<{ rows: string; figures: string }>(
    `select (select count(*) from requests) as rows,
      (select coalesce(sum(amount), 0) from figures where kind = 0 and span = 60000) as figures`,
  );
  return { rows: Number(counts?.rows), figures: Number(counts?.figures) };
}

/** A chat as an agent sends it; every tenth has a body that does not fit into a row. */
export function chatBody(call: number): string {
  const content = `call ${call}: ${"what is to be done about it, then? ".repeat(call % 10 === 0 ? 700 : 20)}`;
  return JSON.stringify({ model: "m", messages: [{ role: "user", content }] });
}
