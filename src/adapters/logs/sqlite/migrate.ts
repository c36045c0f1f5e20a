// Brings a database's schema up to date: each step whole in one transaction, or not at all.
import type { Kysely } from "kysely";
import { isPassing, isUnreadableCode } from "./failures.ts";
import { inTransaction, runSql } from "./run-sql.ts";
import type { SchemaLook } from "./schema-step.ts";
import { schemaSteps } from "./schema-steps.ts";
import type { LogTables } from "./tables.ts";

/** The database is as it was before; its words say which step it stopped at. */
class SchemaError extends Error {
  /** SQLite's, where it had one: by it the writer knows what may pass. */
  readonly code: string | undefined;
  constructor(message: string, code?: string, cause?: unknown) {
    super(message, { cause });
    this.name = "SchemaError";
    this.code = code;
  }
}

/**
 * @param upTo the name of a step to stop at; the last one where none is given
 * @throws SchemaError, or SQLite's own error where the file cannot be read
 */
export async function migrate(db: Kysely<LogTables>, upTo?: string): Promise<void> {
  const last = upTo === undefined ? undefined : schemaSteps.findIndex(({ name }) => name === upTo);
  const steps = schemaSteps.slice(0, last === undefined ? undefined : last + 1);
  const done = await stepsDone(db);
  const unknown = [...done].filter((name) => !schemaSteps.some((step) => step.name === name));
  if (unknown.length > 0)
    throw new SchemaError(
      `it was written by a newer version of this program (step ${unknown.join(", ")}); run that version, or set DB_PATH to another file`,
    );
  for (const { name } of steps) if (!done.has(name)) await takeStep(db, name);
}

/** By names; the table is as kysely's Migrator keeps it, which earlier versions read. */
async function stepsDone(db: Kysely<LogTables>): Promise<ReadonlySet<string>> {
  const there = await runSql(db, "select 1 from sqlite_master where name = 'kysely_migration'");
  if (there.length === 0) return new Set();
  const rows = await runSql<{ name: string }>(db, "select name from kysely_migration");
  return new Set(rows.map(({ name }) => name));
}

async function takeStep(db: Kysely<LogTables>, wanted: string): Promise<void> {
  try {
    await inTransaction(db, "immediate", async (transaction) => {
      // Another router may have been here since.
      if ((await stepsDone(transaction)).has(wanted)) return;
      const step = schemaSteps.find(({ name }) => name === wanted);
      const statements = await step?.statements(await lookAt(transaction));
      if (statements === undefined) return;
      if ("refused" in statements)
        throw new SchemaError(`${statements.refused}; set DB_PATH to another file`);
      for (const statement of statements) await runSql(transaction, statement);
      for (const statement of bookkeeping) await runSql(transaction, statement);
      await runSql(transaction, "insert into kysely_migration (name, timestamp) values (?, ?)", [
        wanted,
        // Only people read it.
        new Date().toISOString(),
      ]);
    });
  } catch (error) {
    if (error instanceof SchemaError || !(error instanceof Error)) throw error;
    const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
    if (isUnreadableCode(code)) throw error;
    throw new SchemaError(
      `its tables could not be brought up to date (step ${wanted}: ${error.message}${code === undefined ? "" : `, ${code}`}), and are as they were${isPassing(error) ? "" : "; keep a copy of the file, and set DB_PATH to another one"}`,
      code,
      error,
    );
  }
}

const bookkeeping = [
  `create table if not exists kysely_migration
    (name varchar(255) not null primary key, timestamp varchar(255) not null)`,
  `create table if not exists kysely_migration_lock
    (id varchar(255) not null primary key, is_locked integer not null default 0)`,
  "insert or ignore into kysely_migration_lock values ('migration_lock', 0)",
];

async function lookAt(transaction: Kysely<LogTables>): Promise<SchemaLook> {
  const rows = await runSql<{ table_name: string; column_name: string }>(
    transaction,
    `select t.name as table_name, c.name as column_name
      from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'`,
  );
  const tables = new Map<string, Set<string>>();
  for (const { table_name, column_name } of rows) {
    const columns = tables.get(table_name) ?? new Set();
    tables.set(table_name, columns.add(column_name));
  }
  return {
    columns: (table) => tables.get(table) ?? new Set(),
    async isEmpty(table) {
      return (await runSql(transaction, `select 1 from ${table} limit 1`)).length === 0;
    },
  };
}
