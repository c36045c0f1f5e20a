// The log's tables in SQLite, in code: a compiled binary has no folder of files to read. A file of one of
// the two versions before is brought up to date in place; an older one is kept as it is, and a fresh one begun.
import type { Database } from "bun:sqlite";
import { answerTables } from "./answer-rows.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";
import { searchTable } from "./search-index.ts";
import { segmentTables } from "./segment-rows.ts";
import { tallyTables } from "./tally-rows.ts";
import { threadTables } from "./thread-rows.ts";

/** To be raised with every change of the statements below. */
const version = 11;
/** The first version that had what is made of calls, and the one before. */
const sensing = 10;
const plain = 9;

/** Thrown for a file that an older version wrote: it holds nothing that this one can read. */
export class OutdatedSchema extends Error {
  constructor() {
    super("it was written by an earlier version of this program");
    this.name = "OutdatedSchema";
  }
}

const tables = [
  "requests",
  "segments",
  "segment_data",
  "figures",
  "cells",
  "tallies",
  "state",
  "search",
  "responses",
  "response_lists",
  "response_items",
  "threads",
];

/** Columns that came with version `sensing`. */
const senseColumns = [
  "who text",
  "client_name text",
  "client text",
  "thread_id text",
  "turns_key text",
  "cost integer",
];

/** Their indexes, and those that a list is sorted by: what has no value stands at the end of each. */
const senseIndexes = [
  "create index requests_who on requests (who) where who is not null",
  "create index requests_client on requests (client) where client is not null",
  // Its beginning distinguishes threads well enough, and takes a quarter of the room.
  "create index requests_thread on requests (substr(thread_id, 1, 8)) where thread_id is not null",
  "create index requests_duration on requests (duration_ms)",
  "create index requests_tokens on requests (total_tokens)",
  "create index requests_cost on requests (cost)",
];

/** What files of earlier versions lack; their rows get it later, the newest first: see sense-older.ts. */
const extensions: ReadonlyMap<number, readonly string[]> = new Map([
  [
    plain,
    [...senseColumns.map((column) => `alter table requests add column ${column}`), ...senseIndexes],
  ],
  [
    sensing,
    [
      ...tallyTables,
      ...threadTables,
      // Every row there is is still to be understood, and to be counted; see log-state.ts.
      `insert or replace into state
        select 'sense_below', max(seq) + 1 from requests having max(seq) is not null`,
    ],
  ],
]);

const statements = [
  `create table requests (
    seq integer primary key, id text not null unique, timestamp integer not null,
    state text not null, service_type text not null, original_model text, mapped_model text,
    upstream text, status_code integer, duration_ms real, ttft_ms real, prompt_tokens integer,
    completion_tokens integer, total_tokens integer, resent_from text, detail text not null,
    bodies text, twin_of integer, ${senseColumns.join(", ")})`,
  ...segmentTables,
  `create table figures (
    span integer not null, start integer not null, kind integer not null, bucket integer not null,
    amount integer not null, primary key (span, start, kind, bucket)) without rowid`,
  ...tallyTables,
  ...threadTables,
  // What the log knows of itself; see log-state.ts.
  "create table state (name text primary key, value not null) without rowid",
  searchTable("search"),
  // Each filter of a list, in the list's own order: a page is read off the index, never sorted.
  // What most rows have is met soon on the way through the rows themselves, and has none.
  "create index requests_original_model on requests (original_model)",
  `create index requests_mapped_model on requests (mapped_model)
    where mapped_model is not original_model`,
  "create index requests_upstream on requests (upstream)",
  "create index requests_state on requests (state) where state <> 'completed'",
  "create index requests_status_code on requests (status_code) where status_code <> 200",
  "create index requests_status_class on requests (status_code / 100) where status_code <> 200",
  "create index requests_service_type on requests (service_type) where service_type <> 'openai'",
  "create index requests_resent_from on requests (resent_from) where resent_from is not null",
  // Those that are found by the words of another; see search-twins.ts.
  "create index requests_twin_of on requests (twin_of) where twin_of is not null",
  // For figures of a part of a minute, and for what is too old.
  "create index requests_timestamp on requests (timestamp)",
  ...senseIndexes,
];

/**
 * Makes the tables where there are none yet, all or none of them, and adds what those of earlier versions
 * lack.
 * @throws OutdatedSchema; an error in words where the file is not one to be touched; SQLite's own
 */
export function settleSchema(db: Database): void {
  if (isCurrent(db)) {
    settleAnswers(db);
    return;
  }
  inTransaction(db, "immediate", () => {
    // Another process may have been here since.
    if (isCurrent(db)) return;
    const written = versionOf(db);
    if (written !== null && extensions.has(written)) {
      const lacking = [...extensions].flatMap(([from, added]) => (from < written ? [] : added));
      const answers = hasTable(db, "responses") ? [] : answerTables;
      for (const statement of [...lacking, ...answers]) runSql(db, statement);
      runSql(db, `pragma user_version = ${version}`);
      return;
    }
    const taken = tables.find((name) => hasTable(db, name));
    if (taken !== undefined)
      throw new Error(
        `it holds a table \`${taken}\` that is not this program's; set DB_PATH to another file`,
      );
    for (const statement of [...statements, ...answerTables]) runSql(db, statement);
    runSql(db, `pragma user_version = ${version}`);
  });
}

/** They came later than the others, and a file that has none is as good as before with them. */
function settleAnswers(db: Database): void {
  if (hasTable(db, "responses")) return;
  inTransaction(db, "immediate", () => {
    if (!hasTable(db, "responses")) for (const statement of answerTables) runSql(db, statement);
  });
}

function isCurrent(db: Database): boolean {
  const written = versionOf(db);
  if (written === null || extensions.has(written)) return false;
  if (written === version) return true;
  if (written < version) throw new OutdatedSchema();
  throw new Error(
    `it was written by a newer version of this program (schema ${written}); run that version, or set DB_PATH to another file`,
  );
}

/** null: it has no tables of this program yet. */
function versionOf(db: Database): number | null {
  // The books of the steps in which earlier versions made their tables.
  if (hasTable(db, "kysely_migration")) return 0;
  const columns = runSql<{ name: string }>(db, "select name from pragma_table_info('requests')");
  if (!columns.some(({ name }) => name === "detail")) return null;
  const [row] = runSql<{ user_version: number }>(db, "pragma user_version");
  // A repair may have lost it.
  if (row?.user_version) return row.user_version;
  if (hasTable(db, "tallies")) return version;
  return columns.some(({ name }) => name === "who") ? sensing : plain;
}

function hasTable(db: Database, name: string): boolean {
  return runSql(db, "select 1 from sqlite_master where name = ?", [name]).length > 0;
}
