// The schema's second step: keys in the order of time, contents stored once, figures kept as they
// come, a full-text index. Rows written before are carried over.
import { searchTable } from "./search-index.ts";
import type { SchemaLook, SchemaStep } from "./schema-step.ts";

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Columns that stay as they are. */
const kept = [
  "id, timestamp, completed_at, state, source_ip, method, path, service_type, user_agent, auth_user",
  "original_model, mapped_model, upstream, upstream_url, upstream_request_id, held, route, attempts",
  "dropped, stream, status_code, error_message, duration_ms, ttft_ms, prompt_tokens",
  "completion_tokens, total_tokens, tokens_estimated, finish_reason, request_size, response_size",
  "request_headers, response_headers",
].join(", ");

const carryOver = [
  "alter table requests rename to old_requests",
  "alter table bodies rename to old_bodies",
  ...[
    ["original_model", "mapped_model", "upstream", "state", "status_code", "service_type"],
    ["status_class", "figures"],
  ]
    .flat()
    .map((name) => `drop index if exists requests_${name}`),
  "drop index if exists bodies_timestamp",

  `create table requests (
    seq integer primary key, id text not null unique,
    timestamp integer not null, completed_at integer, state text not null,
    source_ip text not null, method text not null, path text not null, service_type text not null,
    user_agent text, auth_user text, original_model text, mapped_model text, upstream text,
    upstream_url text, upstream_request_id text, held text, route text,
    attempts text not null, dropped text not null, stream integer not null, status_code integer,
    error_message text, duration_ms real, ttft_ms real, prompt_tokens integer,
    completion_tokens integer, total_tokens integer, tokens_estimated integer not null,
    finish_reason text, request_size integer not null, response_size integer not null,
    request_headers text not null, response_headers text not null)`,
  `create table payloads (
    id integer primary key, hash blob not null unique, stored integer not null,
    packed integer not null, base integer, root integer not null, data blob, refs integer not null)`,
  `create table bodies (
    seq integer not null, kind text not null, timestamp integer not null, failed integer not null,
    payload integer, outside integer not null, truncated integer not null,
    primary key (seq, kind)) without rowid`,
  `create table figures (
    span integer not null, start integer not null, kind integer not null, bucket integer not null,
    amount integer not null, primary key (span, start, kind, bucket)) without rowid`,
  searchTable("search"),

  // As seq.ts makes keys, with the place within the ms instead of the id's own counter.
  `insert into requests (seq, ${kept})
    select (timestamp - 1577836800000) * 4096
      + row_number() over (partition by timestamp order by id) - 1, ${kept}
    from old_requests`,
  ...(["request", "response"] as const).flatMap((kind, place) => [
    `insert into payloads (id, hash, stored, packed, base, root, data, refs)
      select rowid * 2 + ${place}, randomblob(16), length(${kind}), 0, null,
        rowid * 2 + ${place}, ${kind}, 1
      from old_bodies where ${kind} is not null`,
    `insert into bodies (seq, kind, timestamp, failed, payload, outside, truncated)
      select r.seq, '${kind}', r.timestamp, r.state = 'failed', b.rowid * 2 + ${place}, 0,
        b.${kind}_truncated
      from old_bodies b join requests r on r.id = b.request_id where b.${kind} is not null`,
  ]),
  ...[minuteMs, hourMs].flatMap((span) =>
    [
      ["count(*)", "true"],
      ["count(*)", "state = 'failed'"],
      ["sum(prompt_tokens)", "prompt_tokens > 0"],
      ["sum(completion_tokens)", "completion_tokens > 0"],
    ].map(
      ([amount, where], kind) =>
        `insert into figures select ${span}, timestamp / ${span} * ${span}, ${kind}, 0, ${amount}
          from requests where ${where} group by 2`,
    ),
  ),
  // Histograms as rows/figures.ts makes them.
  ...[minuteMs, hourMs].flatMap((span) =>
    ["duration_ms", "ttft_ms"].map(
      (time, place) =>
        `insert into figures select ${span}, timestamp / ${span} * ${span}, ${4 + place},
            iif(${time} < 1, -1, cast(round(ln(${time}) / ln(1.04)) as integer)), count(*)
          from requests where state = 'completed' and ${time} is not null group by 2, 4`,
    ),
  ),
  `insert into search (rowid, text)
    select seq, concat_ws(' ', original_model, mapped_model, upstream, path, source_ip, auth_user,
      error_message) from requests`,
];

const finish = [
  "drop table if exists old_requests",
  "drop table if exists old_bodies",
  // Each filter of a list, in the list's own order: a page is read off the index, never sorted.
  ...["original_model", "mapped_model", "upstream", "state", "status_code", "service_type"].map(
    (column) => `create index if not exists requests_${column} on requests (${column})`,
  ),
  "create index if not exists requests_status_class on requests (status_code / 100)",
  // All that the figures need, so that they never read the rows; retention finds the oldest by it.
  `create index if not exists requests_figures on requests
    (timestamp, state, duration_ms, ttft_ms, prompt_tokens, completion_tokens)`,
  "create index if not exists bodies_timestamp on bodies (timestamp)",
  "create index if not exists bodies_outside on bodies (failed, seq) where outside = 1",
  "create index if not exists payloads_outside on payloads (stored) where data is null",
];

/** Back to what stood before the step, from wherever an earlier version was cut short in it. */
function takeBack(look: SchemaLook): readonly string[] {
  const isThere = (table: string) => look.columns(table).size > 0;
  const added = ["payloads", "figures", "search"].filter(isThere);
  if (look.columns("requests").has("seq")) added.push("requests");
  if (look.columns("bodies").has("seq")) added.push("bodies");
  return [
    ...added.map((table) => `drop table ${table}`),
    ...["requests", "bodies"]
      .filter((table) => isThere(`old_${table}`))
      .map((table) => `alter table old_${table} rename to ${table}`),
  ];
}

export const payloadsAndSearch: SchemaStep = {
  name: "0002-payloads-and-search",
  async statements(look) {
    const isHalfDone = look.columns("old_requests").size > 0;
    // The old rows go once all are carried over: from there on only the indexes are missing.
    if (!isHalfDone && look.columns("requests").has("seq")) return finish;
    const before = look.columns(isHalfDone ? "old_requests" : "requests");
    return [
      ...(isHalfDone ? takeBack(look) : []),
      // The first days' databases have no such column.
      ...(before.has("held") ? [] : ["alter table requests add column held text"]),
      ...carryOver,
      ...finish,
    ];
  },
};
