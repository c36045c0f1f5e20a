// The log's schema, step by step, in code: a compiled binary has no folder of migrations to read.
import { sql } from "kysely";
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { Migration } from "kysely/migration";
import { payloadsAndSearch } from "./payload-schema.ts";
import { resentFrom } from "./resent-schema.ts";
import type { LogTables } from "./tables.ts";
import { warningsAndTokenParts } from "./warnings-schema.ts";

const requestsAndBodies: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("requests")
      .addColumn("id", "text", (column) => column.primaryKey().notNull())
      .addColumn("timestamp", "bigint", (column) => column.notNull())
      .addColumn("completed_at", "bigint")
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("source_ip", "text", (column) => column.notNull())
      .addColumn("method", "text", (column) => column.notNull())
      .addColumn("path", "text", (column) => column.notNull())
      .addColumn("service_type", "text", (column) => column.notNull())
      .addColumn("user_agent", "text")
      .addColumn("auth_user", "text")
      .addColumn("original_model", "text")
      .addColumn("mapped_model", "text")
      .addColumn("upstream", "text")
      .addColumn("upstream_url", "text")
      .addColumn("upstream_request_id", "text")
      .addColumn("held", "text")
      .addColumn("route", "text")
      .addColumn("attempts", "text", (column) => column.notNull())
      .addColumn("dropped", "text", (column) => column.notNull())
      .addColumn("stream", "integer", (column) => column.notNull())
      .addColumn("status_code", "integer")
      .addColumn("error_message", "text")
      .addColumn("duration_ms", "double precision")
      .addColumn("ttft_ms", "double precision")
      .addColumn("prompt_tokens", "bigint")
      .addColumn("completion_tokens", "bigint")
      .addColumn("total_tokens", "bigint")
      .addColumn("tokens_estimated", "integer", (column) => column.notNull())
      .addColumn("finish_reason", "text")
      .addColumn("request_size", "bigint", (column) => column.notNull())
      .addColumn("response_size", "bigint", (column) => column.notNull())
      .addColumn("request_headers", "text", (column) => column.notNull())
      .addColumn("response_headers", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("bodies")
      .addColumn("request_id", "text", (column) => column.primaryKey().notNull())
      .addColumn("timestamp", "bigint", (column) => column.notNull())
      .addColumn("request", "blob")
      .addColumn("request_truncated", "integer", (column) => column.notNull())
      .addColumn("response", "blob")
      .addColumn("response_truncated", "integer", (column) => column.notNull())
      .execute();

    // Each filter of a list, in the list's own order: a page is read off the index, never sorted.
    for (const column of [
      "original_model",
      "mapped_model",
      "upstream",
      "state",
      "status_code",
      "service_type",
    ])
      await db.schema
        .createIndex(`requests_${column}`)
        .on("requests")
        .columns([column, "id"])
        .execute();
    await db.schema
      .createIndex("requests_status_class")
      .on("requests")
      .columns([sql`(status_code / 100)`, "id"])
      .execute();
    // All that the figures need, so that they never read the rows; retention finds the oldest by it.
    await db.schema
      .createIndex("requests_figures")
      .on("requests")
      .columns([
        "timestamp",
        "state",
        "duration_ms",
        "ttft_ms",
        "prompt_tokens",
        "completion_tokens",
      ])
      .execute();
    await db.schema.createIndex("bodies_timestamp").on("bodies").column("timestamp").execute();
  },
};

/** In the order of their names; a published one is never changed. */
const migrations: Readonly<Record<string, Migration>> = {
  "0001-requests-and-bodies": requestsAndBodies,
  "0002-payloads-and-search": payloadsAndSearch,
  "0003-resent-from": resentFrom,
  "0004-warnings-and-token-parts": warningsAndTokenParts,
};

/**
 * Brings the schema up to date; throws the database's own error where it cannot.
 * @param upTo the name of a step to stop at; the last one where none is given
 */
export async function migrate(db: Kysely<LogTables>, upTo?: string): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await (upTo === undefined
    ? migrator.migrateToLatest()
    : migrator.migrateTo(upTo));
  if (error instanceof Error) throw error;
  if (error !== undefined)
    throw new Error("the schema cannot be brought up to date", { cause: error });
}
