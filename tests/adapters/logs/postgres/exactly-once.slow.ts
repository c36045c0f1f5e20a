// What goes wrong between a router and PostgreSQL costs no row, and counts none twice.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { createSpool } from "../../../../src/adapters/logs/outbox/spool.ts";
import { openOutboxFile } from "../../../../src/adapters/logs/outbox/outbox-file.ts";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { createPostgresStore } from "../../../../src/adapters/logs/postgres/postgres-store.ts";
import type { LogWrite } from "../../../../src/adapters/logs/pipeline/log-engine.ts";
import { captured, idAt, logWrite, noon, startedEntry } from "../../../lab/log-entries.ts";
import { type PostgresProxy, startPostgresProxy } from "../../../lab/postgres-proxy.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { createRandom } from "../../../lab/random.ts";
import { withFolderInMemory } from "../../../lab/temp-folder.ts";

async function openSpool(path: string, url: string) {
  const client = createClient({ url, connections: 1, silenceMs: 20_000 });
  const spool = createSpool({
    file: await openOutboxFile(path, noon),
    maxBytes: 1e9,
    name: "router",
    version: "1",
    store: createPostgresStore({ client, maxLogAgeMs: null }),
    objects: null,
    inlineLimit: 16_384,
    shipped: () => undefined,
    now: () => Date.now(),
    // At no pace: what is tested is not how long it waits.
    after(ms, then) {
      const timer = setTimeout(then, Math.min(ms, 5));
      return () => {
        clearTimeout(timer);
      };
    },
  });
  return {
    spool,
    close: async () => {
      const closed = spool.close();
      await client.close();
      await closed;
      await client.close();
    },
  };
}

async function whenEmpty(spool: { figures(): { readonly rows: number } }): Promise<void> {
  while (spool.figures().rows > 0) await Bun.sleep(10);
}

/** What stands in the tables, counted three times over: rows themselves, the figures and the tallies. */
async function counted(url: string) {
  const client = createClient({ url, connections: 1, silenceMs: 20_000 });
  try {
    const [found] = await client.run<Record<string, number>>(
      `select (select count(*) from requests)::integer as rows,
        (select coalesce(sum(prompt_tokens), 0) from requests)::integer as tokens,
        (select coalesce(sum(amount), 0) from figures where span = 60000 and kind = 0)::integer as figures,
        (select coalesce(sum(amount), 0) from figures where span = 60000 and kind = 2)::integer as token_figures,
        (select coalesce(sum(requests), 0) from tallies where span = 86400000)::integer as tallies,
        (select coalesce(sum(prompt_tokens), 0) from tallies where span = 60000)::integer as token_tallies,
        (select count(*) from inflight)::integer as inflight,
        (select count(*) from search)::integer as found,
        (select count(*) from requests where bodies is null)::integer as bodiless,
        (select count(*) from requests r, unnest(r.segments) as needed
          where not exists (select from segments s where s.id = needed))::integer as absent,
        (select count(*) from rejected)::integer as rejected`,
    );
    return found;
  } finally {
    await client.close();
  }
}

const whole = (rows: number, tokens: number) => ({
  rows,
  tokens,
  figures: rows,
  token_figures: tokens,
  tallies: rows,
  token_tallies: tokens,
  inflight: 0,
  found: rows,
  bodiless: 0,
  absent: 0,
  rejected: 0,
});

function call(router: number, number: number): readonly LogWrite[] {
  const id = idAt(noon + router, number);
  const body = `{"messages":[{"role":"user","content":"router ${router} call ${number}"}]}`;
  const ended = logWrite(
    { id, state: number % 7 === 0 ? "failed" : "completed" },
    { request: captured(body) },
    { promptTokens: 3 },
  );
  return number % 3 === 0 ? [{ ...logWrite(), entry: startedEntry({ id }) }, ended] : [ended];
}

/** A thousand were cut by hand; each costs a connection, and its sign-in most of all. */
const wanted = Number(process.env["CUTS"] ?? 200);

test(`${wanted} commits whose answers are lost`, () =>
  withDatabase((url) =>
    withFolderInMemory(async (folder) => {
      const proxy = await startPostgresProxy(url);
      const random = createRandom(5);
      let ofLoads = 0;
      // Nor is every second try spared; what comes before it mostly is, or few would get as far.
      proxy.losesAnswer = (ofLoad) => {
        const isLost = proxy.cuts() < wanted && random.chance(ofLoad ? 0.7 : 0.1);
        if (isLost && ofLoad) ofLoads++;
        return isLost;
      };
      const routers = 4;
      const made = await Promise.all(
        Array.from({ length: routers }, async (_, router) => {
          const { spool, close } = await openSpool(join(folder, `${router}.db`), proxy.url);
          let number = 0;
          while (proxy.cuts() < wanted) {
            for (let calls = 0; calls < 3; calls++)
              for (const write of call(router, number++)) await spool.write([write]);
            const cuts = proxy.cuts();
            while (spool.figures().rows > 0 && proxy.cuts() === cuts) await Bun.sleep(2);
          }
          await whenEmpty(spool);
          await close();
          return number;
        }),
      );
      const rows = made.reduce((sum, one) => sum + one, 0);
      expect(proxy.cuts()).toBeGreaterThanOrEqual(wanted);
      expect(ofLoads).toBeGreaterThan(wanted / 2);
      expect(await counted(url)).toEqual(whole(rows, rows * 3));
      await proxy.close();
    }),
  ));

test("an outage in which thousands of calls end, and a router is killed", () =>
  withDatabase((url) =>
    withFolderInMemory(async (folder) => {
      const proxy = await startPostgresProxy(url);
      const path = join(folder, "requests.db");
      const written = await killedWriters(proxy, path);
      const { spool, close } = await openSpool(path, proxy.url);
      const startedAt = performance.now();
      const { rows } = spool.figures();
      await whenEmpty(spool);
      const seconds = (performance.now() - startedAt) / 1_000;
      console.log(`${rows} rows drained at ${Math.round(rows / seconds)} rows/s`);
      await close();
      const found = await counted(url);
      // A write that was under way may have come as far as the file.
      expect(found?.["rows"]).toBeGreaterThanOrEqual(written.length);
      expect(found).toEqual(whole(found?.["rows"] ?? 0, (found?.["rows"] ?? 0) * 3));
      const client = createClient({ url, connections: 1, silenceMs: 20_000 });
      const ids = await client.run<{ id: string }>("select id::text as id from requests");
      const there = new Set(ids.map(({ id }) => id));
      expect(written.filter((id) => !there.has(id))).toEqual([]);
      await client.close();
      await proxy.close();
    }),
  ));

/** @returns ids of the calls of which a process said that they are kept, before it was killed */
async function killedWriters(proxy: PostgresProxy, path: string): Promise<readonly string[]> {
  const random = createRandom(9);
  const kept: string[] = [];
  for (let life = 0; life < 6; life++) {
    proxy.open(life % 3 === 0);
    const writer = Bun.spawn(
      [
        process.execPath,
        join(import.meta.dir, "../../../lab/shared-log-process.ts"),
        path,
        proxy.url,
      ],
      { stdout: "pipe", stderr: "inherit", env: { ...process.env, FROM: String(life * 100_000) } },
    );
    const enough = kept.length + random.int(400, 900);
    let text = "";
    for await (const piece of writer.stdout) {
      text += new TextDecoder().decode(piece);
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      kept.push(...lines);
      if (kept.length >= enough) writer.kill("SIGKILL");
    }
    await writer.exited;
  }
  proxy.open(true);
  return kept;
}
