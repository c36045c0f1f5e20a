// The connection to PostgreSQL: what it gives back, what it costs when the server goes away, and that
// a silent one is not waited for.
import { expect, test } from "bun:test";
import { createClient, SilentServer } from "../../../../src/adapters/logs/postgres/client.ts";
import { explainFailure } from "../../../../src/adapters/logs/postgres/failures.ts";
import { startPostgresProxy } from "../../../lab/postgres-proxy.ts";
import { startPostgres, withDatabase } from "../../../lab/postgres.ts";

const options = { connections: 2, silenceMs: 10_000 };

test("a transaction is there wholly or not at all", async () => {
  await withDatabase(async (url) => {
    const client = createClient({ ...options, url });
    await client.run("create table things (name text primary key)");
    const failed = client.inTransaction(async (run) => {
      await run("insert into things values ($1)", ["a"]);
      await run("insert into things values ($1)", ["a"]);
    });
    expect(await failed.catch((error: unknown) => error)).toMatchObject({ errno: "23505" });
    await client.inTransaction(async (run) => {
      await run("insert into things values ($1)", ["b"]);
    });
    expect([...(await client.run("select name from things"))]).toEqual([{ name: "b" }] as never);
    await client.close();
  });
});

test("works on after it was closed, and after the server was restarted", async () => {
  const server = await startPostgres();
  try {
    const client = createClient({ ...options, url: server.url() });
    const one = () => client.run<{ one: number }>("select 1 as one");
    expect((await one())[0]).toEqual({ one: 1 });
    await client.close();
    expect((await one())[0]).toEqual({ one: 1 });
    server.stop("immediate");
    expect(await one().catch((error: unknown) => error)).toBeInstanceOf(Error);
    server.start();
    let rows: readonly { one: number }[] = [];
    // The driver may find an old connection closed first.
    for (let turn = 0; turn < 5 && rows.length === 0; turn++) rows = await one().catch(() => []);
    expect(rows[0]).toEqual({ one: 1 });
    await client.close();
  } finally {
    server.remove();
  }
});

test("a server that closes what it accepts is not waited for, at the start as later on", async () => {
  await withDatabase(async (url) => {
    const proxy = await startPostgresProxy(url);
    // Longer than the test may take.
    const client = createClient({ url: proxy.url, connections: 1, silenceMs: 60_000 });
    const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error);
    const closed = { code: "ERR_POSTGRES_CONNECTION_CLOSED" };
    proxy.open(false);
    expect(await failure(client.run("select 1"))).toMatchObject(closed);
    expect(explainFailure(await failure(client.run("select 1"))).kind).toBe("passing");
    proxy.open(true);
    await client.run("select 1");
    proxy.open(false);
    // The first may find the connection that was there closed.
    await failure(client.run("select 1"));
    expect(await failure(client.inTransaction((run) => run("select 1")))).toMatchObject(closed);
    proxy.open(true);
    await client.run("select 1");
    await client.close();
    await proxy.close();
  });
});

test("a silent server rejects all that waits, and is asked anew; a statement of many bytes has more time", async () => {
  const server = await startPostgres();
  try {
    const client = createClient({ url: server.url(), connections: 2, silenceMs: 2_000 });
    await client.run("select 1");
    server.signal("SIGSTOP");
    const answers = await Promise.allSettled([
      client.run("select 1"),
      client.inTransaction((run) => run("select 2")),
    ]);
    server.signal("SIGCONT");
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(answers.map((answer) => (answer as PromiseRejectedResult).reason)).toContainEqual(
      expect.any(SilentServer),
    );
    const patient = createClient({ url: server.url(), connections: 1, silenceMs: 10_000 });
    expect((await patient.run<{ two: number }>("select 2 as two"))[0]).toEqual({ two: 2 });
    await client.run("select 1");
    server.signal("SIGSTOP");
    const bytes = Buffer.alloc(10_000_000);
    const text = "select length($1::bytea) as length";
    const length = client.run<{ length: number }>(text, [bytes], bytes.length);
    await Bun.sleep(2_500);
    server.signal("SIGCONT");
    expect((await length)[0]).toEqual({ length: bytes.length });
    await Promise.all([client.close(), patient.close()]);
  } finally {
    server.remove();
  }
});
