// The log's tables in SQLite, in code: a compiled binary has no folder of files to read. A file of the
// version before is brought up to date in place; an older one is kept as it is, and a fresh one begun.
import type { Database } from "bun:sqlite";
import { answerTables } from "./answer-rows.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";
import { searchTable } from "./search-index.ts";
import { segmentTables } from "./segment-rows.ts";

/** To be raised with every change of the statements below. */
const version = 10;
/** What files of this version lack is added to them; their rows get it later; see sense-older.ts. */
const extensible = 9;

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
  "state",
  "search",
  "responses",
  "response_lists",
  "response_items",
];

/** Columns that came with version 10. */
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

const extension = [
  ...senseColumns.map((column) => `alter table requests add column ${column}`),
  ...senseIndexes,
  // What they are to hold of every row there is; see log-state.ts.
  `insert into state select 'sense_below', max(seq) + 1 from requests having max(seq) is not null`,
];

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
 * Makes the tables where there are none yet, all or none of them, and adds what those of the version
 * before lack.
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
    if (versionOf(db) === extensible) {
      const answers = hasTable(db, "responses") ? [] : answerTables;
      for (const statement of [...extension, ...answers]) runSql(db, statement);
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
  if (written === null || written === extensible) return false;
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
  const columned = columns.some(({ name }) => name === "who") ? version : extensible;
  return row?.user_version || columned;
}

function hasTable(db: Database, name: string): boolean {
  return runSql(db, "select 1 from sqlite_master where name = ?", [name]).length > 0;
}
