// Brings the tables up to date: whoever comes first makes them, the others wait for it and find them.
import type { Client, Run } from "./client.ts";
import { defaultPartitions } from "./partitions.ts";
import {
  oldestBinary,
  partitioned,
  schemaVersion,
  tables,
  toVersion2,
  toVersion3,
} from "./tables.ts";

/** Tables of one version, and the way to them from earlier ones. */
export interface Schema {
  readonly version: number;
  /** Binaries of that version of the tables and later work with these. */
  readonly oldestBinary: number;
  readonly tables: readonly string[];
  /** What leads to a version from the one before; adds, and takes nothing away. */
  readonly steps: ReadonlyMap<number, readonly string[]>;
}

export const ownSchema: Schema = {
  version: schemaVersion,
  oldestBinary,
  tables: [...tables, ...defaultPartitions],
  steps: new Map([
    [2, toVersion2],
    [3, toVersion3],
  ]),
};

/** Rejects where the database holds what is not ours. */
export class ForeignTables extends Error {
  constructor(names: readonly string[]) {
    super(`the database holds tables of another program (${names.join(", ")})`);
    this.name = "ForeignTables";
  }
}

/** Rejects where a newer version has made tables that this one cannot work with. */
export class NewerSchema extends Error {
  constructor() {
    super("the tables were made by a newer version of SmolRouter");
    this.name = "NewerSchema";
  }
}

/** Taken by whoever makes or changes tables. */
const schemaLock = 0x5301_0001;

/** Makes the tables or brings them up to date, in one transaction; waits 5 s at most for another router. */
export async function settleSchema(client: Client, schema: Schema = ownSchema): Promise<void> {
  await client.inTransaction(async (run) => {
    await run("set local lock_timeout = '5s'");
    await run("select pg_advisory_xact_lock($1)", [schemaLock]);
    const found = await findSchema(run);
    if (found === null) {
      for (const statement of schema.tables) await run(statement);
      await run("insert into meta (name, value) values ('group_id', gen_random_uuid()::text)");
    } else if (found.version >= schema.version) {
      if (found.oldestBinary > schema.version) throw new NewerSchema();
      return;
    } else
      for (let version = found.version + 1; version <= schema.version; version++)
        for (const statement of schema.steps.get(version) ?? []) await run(statement);
    await setMeta(run, "schema", schema.version);
    await setMeta(run, "oldest_binary", schema.oldestBinary);
  });
}

interface FoundSchema {
  readonly version: number;
  readonly oldestBinary: number;
}

/** What stands in the database; null: there are no tables. Rejects with ForeignTables. */
export async function findSchema(run: Run): Promise<FoundSchema | null> {
  const rows = await run<{ name: string }>(
    `select relname as name from pg_class
      where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
        and relname in ('meta', 'instances', 'inflight', 'figures', 'responses', 'response_items',
          'rejected', 'cells', 'tallies', 'threads', ${partitioned.map((table) => `'${table}'`).join(", ")})
      order by relname`,
  );
  const names = rows.map(({ name }) => name);
  if (names.length === 0) return null;
  const [own] = names.includes("meta")
    ? await run<{ columns: number }>(
        `select count(*)::int as columns from pg_attribute
          where attrelid = 'meta'::regclass and attname in ('name', 'value')
            and atttypid = 'text'::regtype`,
      )
    : [];
  if (own?.columns !== 2) throw new ForeignTables(names);
  const meta = await run<{ name: string; value: string }>("select name, value from meta");
  const value = (name: string) => Number(meta.find((row) => row.name === name)?.value);
  const [version, oldest] = [value("schema"), value("oldest_binary")];
  if (!Number.isInteger(version) || !Number.isInteger(oldest)) throw new ForeignTables(names);
  return { version, oldestBinary: oldest };
}

async function setMeta(run: Run, name: string, value: number): Promise<void> {
  await run(
    "insert into meta (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
    [name, String(value)],
  );
}
