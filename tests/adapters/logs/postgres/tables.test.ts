// The tables as PostgreSQL takes them.
import { expect, test } from "bun:test";
import { createClient } from "../../../../src/adapters/logs/postgres/client.ts";
import { partitioned, tables } from "../../../../src/adapters/logs/postgres/tables.ts";
import { withDatabase } from "../../../lab/postgres.ts";

test("all tables can be made in one transaction, and what goes by partitions is partitioned", () =>
  withDatabase(async (url) => {
    const client = createClient({ url, connections: 1, silenceMs: 10_000 });
    await client.inTransaction(async (run) => {
      for (const statement of tables) await run(statement);
    });
    const rows = await client.run<{ name: string }>(
      "select relname as name from pg_class where relkind = 'p' order by relname",
    );
    expect(rows.map(({ name }) => name)).toEqual(partitioned.toSorted());
    await client.close();
  }));
