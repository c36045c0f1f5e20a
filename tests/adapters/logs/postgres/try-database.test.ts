// What `check` says of a database.
import { expect, test } from "bun:test";
import { freePort } from "../../../lab/free-port.ts";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { settleSchema } from "../../../../src/adapters/logs/postgres/migrations.ts";
import { tryDatabase } from "../../../../src/adapters/logs/postgres/try-database.ts";
import { withDatabase } from "../../../lab/postgres.ts";

test("a database that will do is described, and left as it was", () =>
  withDatabase(async (url) => {
    const client = createClient({ url, connections: 1, silenceMs: 20_000 });
    const tables = async () =>
      (
        await client.run<{ tables: number }>(
          "select count(*)::int as tables from pg_tables where schemaname = 'public'",
        )
      )[0]?.tables;
    expect(await tryDatabase(url)).toEqual({
      found: expect.stringMatching(/^PostgreSQL [\d.]+.*, with no tables yet/),
    });
    expect(await tables()).toBe(0);
    await settleSchema(client);
    expect(await tryDatabase(url)).toEqual({
      found: expect.stringMatching(/^PostgreSQL [\d.]+.*, with the log's tables$/),
    });
    await client.run("update meta set value = '99' where name in ('schema', 'oldest_binary')");
    expect(await tryDatabase(url)).toEqual({ problem: expect.stringContaining("newer version") });
    await client.run("drop table requests, meta cascade");
    await client.run("create table meta (things text)");
    expect(await tryDatabase(url)).toEqual({
      problem: expect.stringMatching(/tables of another program.*DATABASE_URL/),
    });
    await client.close();
  }));

test("what is wrong with it is said in a line without a secret", () =>
  withDatabase(async (url) => {
    const client = createClient({ url, connections: 1, silenceMs: 20_000 });
    const database = new URL(url).pathname.slice(1);
    await client.run(`create role guest_${database} login password 'guest-secret-word'`);
    const guest = url.replace("lab:lab-secret-word", `guest_${database}:guest-secret-word`);
    const port = await freePort();
    const cases: readonly (readonly [url: string, problem: RegExp])[] = [
      [
        url.replace("lab-secret-word", "wrong-secret-word"),
        /refused the user or the password.*DATABASE_URL/,
      ],
      [url.replace(`/${database}`, "/nowhere"), /no such database.*DATABASE_URL/],
      [guest, /may not create tables/],
      [url.replace(/:\d+\//, `:${port}/`), /cannot be reached/],
      [`${url}?sslmode=require`, /TLS/],
      [
        `${url}?options=-cdefault_transaction_read_only=on`,
        /takes no writes: default_transaction_read_only is on/,
      ],
    ];
    for (const [wrong, problem] of cases) {
      const tried = await tryDatabase(wrong);
      expect(tried).toEqual({ problem: expect.stringMatching(problem) });
      expect(JSON.stringify(tried)).not.toMatch(/secret-word/);
    }
    await client.run(`drop role guest_${database}`);
    await client.close();
  }));
