// A log's file as version 9 of the tables had it: a log of an earlier release, to be brought up to date.
import { Database } from "bun:sqlite";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import { rowColumns, rowValues } from "../../src/adapters/logs/rows/stored-row.ts";
import { seqOf } from "../../src/adapters/logs/sqlite/seq.ts";

const statements = [
  `CREATE TABLE requests (
    seq integer primary key, id text not null unique, timestamp integer not null,
    state text not null, service_type text not null, original_model text, mapped_model text,
    upstream text, status_code integer, duration_ms real, ttft_ms real, prompt_tokens integer,
    completion_tokens integer, total_tokens integer, resent_from text, detail text not null,
    bodies text, twin_of integer)`,
  `CREATE TABLE segments (
    id integer primary key, failed integer not null, needed_until integer not null,
    stored integer not null, packed integer not null, name text)`,
  `CREATE TABLE segment_data (id integer primary key, data blob not null)`,
  `CREATE INDEX segments_needed_until on segments (needed_until)`,
  `CREATE UNIQUE INDEX segments_name on segments (name) where name is not null`,
  `CREATE TABLE figures (
    span integer not null, start integer not null, kind integer not null, bucket integer not null,
    amount integer not null, primary key (span, start, kind, bucket)) without rowid`,
  `CREATE TABLE state (name text primary key, value not null) without rowid`,
  `CREATE VIRTUAL TABLE search using fts5(
    names, asked, answered, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2")`,
  `CREATE INDEX requests_original_model on requests (original_model)`,
  `CREATE INDEX requests_mapped_model on requests (mapped_model)
    where mapped_model is not original_model`,
  `CREATE INDEX requests_upstream on requests (upstream)`,
  `CREATE INDEX requests_state on requests (state) where state <> 'completed'`,
  `CREATE INDEX requests_status_code on requests (status_code) where status_code <> 200`,
  `CREATE INDEX requests_status_class on requests (status_code / 100) where status_code <> 200`,
  `CREATE INDEX requests_service_type on requests (service_type) where service_type <> 'openai'`,
  `CREATE INDEX requests_resent_from on requests (resent_from) where resent_from is not null`,
  `CREATE INDEX requests_twin_of on requests (twin_of) where twin_of is not null`,
  `CREATE INDEX requests_timestamp on requests (timestamp)`,
  `CREATE TABLE responses (
    seq integer primary key, owner text not null, id text not null, call_id text not null,
    created_at integer not null, list integer not null, inputs integer not null, upstream text,
    stored integer not null, head text not null, size integer not null)`,
  `CREATE TABLE response_lists (
    seq integer primary key, key text not null unique, before integer, length integer not null,
    items text not null, needed integer not null)`,
  `CREATE TABLE response_items (
    seq integer primary key, key text not null unique, owner text not null, id text not null,
    upstream text, stored integer not null, needed integer not null, packed integer not null,
    data blob not null)`,
  `CREATE UNIQUE INDEX responses_id on responses (id, owner)`,
  `CREATE INDEX responses_created_at on responses (created_at)`,
  `CREATE INDEX responses_call_id on responses (call_id)`,
  `CREATE INDEX response_items_id on response_items (id, owner)`,
];

/** The columns that it had. */
const columns = rowColumns.slice(0, rowColumns.indexOf("who"));

/** Begins such a file with rows of these calls, without bodies or words. */
export function beginVersion9(path: string, writes: Iterable<LogWrite>): void {
  const db = new Database(path, { create: true });
  db.run("pragma auto_vacuum = incremental");
  db.run("pragma journal_mode = wal");
  db.transaction(() => {
    for (const statement of statements) db.run(statement);
    db.run("pragma user_version = 9");
    const marks = ["seq", ...columns].map(() => "?").join(", ");
    const insertion = db.prepare(
      `insert into requests (seq, ${columns.join(", ")}) values (${marks})`,
    );
    for (const write of writes)
      insertion.run(seqOf(write.entry.id), ...rowValues(write).slice(0, columns.length));
    insertion.finalize();
  })();
  db.close();
}
