// The log's tables in PostgreSQL, which several routers share. Rows are written once, at a call's end,
// and go with the partition of their day: an id is a UUIDv7, and so key, order and partition in one.

/** Raised with every change; binaries of older versions work beside newer ones down to `oldestBinary`. */
export const schemaVersion = 3;

/** The version whose binaries, and all later ones, can work with these tables. */
export const oldestBinary = 1;

/** Columns of a call, in the order in which they are read; `requests` and `inflight` share them. */
const callColumns = `
  id uuid not null,
  "timestamp" bigint not null,
  state text not null,
  service_type text not null,
  original_model text,
  -- The name sent upstream where it is another one than the one asked for.
  other_model text,
  -- Whether one was sent upstream at all.
  mapped boolean not null,
  upstream text,
  status_code integer,
  duration_ms double precision,
  ttft_ms double precision,
  prompt_tokens bigint,
  completion_tokens bigint,
  total_tokens bigint,
  resent_from text,
  detail text not null,
  instance uuid not null`;

/**
 * Columns of a call that came with version 2, and where a value of theirs is sought: of both tables, and
 * behind all others, as they are where they were added. Rows of older binaries have none of them.
 */
const senseColumns = [
  "who text",
  "client_name text",
  "client text",
  "thread_id text",
  "turns_key text",
  "cost bigint",
];

/** Indexes of version 2 on the calls that have ended. */
const senseIndexes: readonly string[] = [
  `(${nameStart("who")}, id) where who is not null`,
  `(${nameStart("client_name")}, id) where client_name is not null`,
  "(thread_id, id) where thread_id is not null",
  // A list that is sorted is read off its index from the end: what has no value comes first in it.
  "(duration_ms nulls first, id)",
  "(total_tokens nulls first, id)",
  "(cost nulls first, id)",
];

/** Whether a call that has ended counts in its tallies and its thread: one that an older binary wrote does later. Of version 3. */
const countedColumn = "counted boolean not null default false";
const countedIndex = "(id) where not counted";

/** Of version 3. A thread is shared by all routers, as its calls may go to several. */
const threadTables: readonly string[] = [
  `create table threads (
    id uuid primary key,
    title text,
    title_sought text,
    title_of uuid,
    who text not null,
    first_id uuid not null,
    client_name text,
    client text,
    started_at bigint not null,
    last_at bigint not null,
    calls bigint not null,
    errors bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    cost bigint not null,
    priced bigint not null,
    unpriced bigint not null,
    duration bigint not null,
    models text not null)`,
  "create index on threads (last_at, id)",
  `create index on threads (${nameStart("who")}, last_at, id)`,
  `create index on threads (${nameStart("client_name")}, last_at, id) where client_name is not null`,
];

/** Of version 3. A cell is known by its key, and stays for as long as tallies of it may. */
const tallyTables: readonly string[] = [
  `create table cells (
    key uuid primary key,
    service_type text not null,
    original_model text,
    mapped_model text,
    upstream text,
    who text,
    client text,
    state text not null,
    status_code integer,
    folded smallint not null,
    -- Day of its latest call, since 1970.
    used_on integer not null)`,
  // Each router has its own, as with figures. Times are numbers of a bucket each, see tally-times.ts.
  `create table tallies (
    span integer not null,
    start bigint not null,
    cell uuid not null,
    instance uuid not null,
    requests bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    cached_tokens bigint not null,
    cost bigint not null,
    priced bigint not null,
    unpriced bigint not null,
    durations bigint[] not null,
    ttfts bigint[] not null,
    primary key (span, start, cell, instance)) with (fillfactor = 60)`,
];

/**
 * What the index of a column of names has of them: to be compared beside the name itself, of what is
 * sought by it likewise.
 */
export function nameStart(of: string): string {
  return `left(${of}, 200)`;
}

/** What the index of words holds, by which a word is found, or its beginning; their order is not in it. */
export const searchVector = "array_to_tsvector(array_remove(string_to_array(words, ' '), ''))";

/** Made in one transaction, under a lock; partitions come by themselves. */
export const tables: readonly string[] = [
  // schema, oldest_binary, group_id; rows_before, bodies_before: see floors.ts.
  "create table meta (name text primary key, value text not null)",
  `create table instances (
    id uuid primary key,
    name text not null,
    version text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    -- Number of the last batch of its outbox that is in.
    shipped bigint not null default 0,
    -- What it says of itself with each beat.
    board jsonb not null default '{}')`,
  `create table requests (${callColumns},
    bodies text,
    segments uuid[],
    ${senseColumns.join(", ")},
    ${countedColumn},
    primary key (id)) partition by range (id)`,
  // An entry of an index holds 2,704 bytes; a model's name may be as long as a request.
  `create index on requests (${nameStart("original_model")}, id)`,
  `create index on requests (${nameStart("other_model")}, id) where other_model is not null`,
  "create index on requests (upstream, id)",
  "create index on requests (state, id) where state <> 'completed'",
  "create index on requests (status_code, id) where status_code <> 200",
  "create index on requests ((status_code / 100), id) where status_code <> 200",
  "create index on requests (service_type, id) where service_type <> 'openai'",
  "create index on requests (resent_from, id) where resent_from is not null",
  // For figures of a part of a minute.
  'create index on requests ("timestamp")',
  ...[...senseIndexes, countedIndex].map((index) => `create index on requests ${index}`),
  // Calls that have begun; an end takes its call out of here.
  `create table inflight (${callColumns}, ${senseColumns.join(", ")}, primary key (id))`,
  "create index on inflight (instance)",
  // Words with a space before and behind each, two between two texts.
  `create table search (
    id uuid primary key,
    words text not null) partition by range (id)`,
  `create index on search using gin (${searchVector})`,
  `create table segments (
    id uuid primary key,
    packed boolean not null,
    object text,
    at integer,
    length integer,
    data bytea) partition by range (id)`,
  "alter table segments alter column data set storage external",
  `create table figures (
    span integer not null,
    start bigint not null,
    kind smallint not null,
    bucket integer not null,
    instance uuid not null,
    amount bigint not null,
    primary key (span, start, kind, bucket, instance))`,
  ...tallyTables,
  ...threadTables,
  // Answers that requests may refer to. Items stand once for each owner, and stay while one of them
  // was used since: the day, in days since 1970, is moved on at most once a day.
  `create table responses (
    owner uuid not null,
    id text not null,
    call_id uuid not null,
    created_at bigint not null,
    items uuid[] not null,
    inputs integer not null,
    upstream text,
    stored boolean not null,
    head text not null,
    primary key (id, owner))`,
  "create index on responses (call_id)",
  "create index on responses (created_at)",
  `create table response_items (
    key uuid primary key,
    owner uuid not null,
    id text not null,
    upstream text,
    stored boolean not null,
    packed boolean not null,
    data bytea not null,
    used_on integer not null)`,
  "create index on response_items (id, owner)",
  "create index on response_items (used_on)",
  // What was refused for what is in it, the last hundred.
  `create table rejected (
    id uuid primary key,
    instance uuid not null,
    at timestamptz not null default now(),
    why text not null,
    row text not null)`,
];

/**
 * From version 1 to 2. Indexes on partitions that hold rows are built one at a time afterwards, since that takes long;
 * those of partitions made from now on come with them.
 */
export const toVersion2: readonly string[] = [
  ...["requests", "inflight"].map(
    (table) =>
      `alter table ${table} ${senseColumns.map((column) => `add column ${column}`).join(", ")}`,
  ),
  ...senseIndexes.map((index) => `create index on only requests ${index}`),
];

/** From version 2 to 3. */
export const toVersion3: readonly string[] = [
  `alter table requests add column ${countedColumn}`,
  `create index on only requests ${countedIndex}`,
  ...tallyTables,
  ...threadTables,
  // All rows are to be looked through for it: see older-rows.ts.
  "delete from meta where name = 'sense_below'",
];

/** Tables whose rows go by partitions. */
export const partitioned = ["requests", "search", "segments"] as const;
