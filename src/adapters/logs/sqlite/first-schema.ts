// The schema's first step: a row for each request, its bodies beside it.
import type { SchemaStep } from "./schema-step.ts";

export const requestsAndBodies: SchemaStep = {
  name: "0001-requests-and-bodies",
  async statements(look) {
    const tables = ["requests", "bodies"].filter((table) => look.columns(table).size > 0);
    for (const table of tables)
      if (!(await look.isEmpty(table)))
        return { refused: `it holds a table \`${table}\` that is not this program's` };
    // A first start that was cut short before steps were transactions left empty tables behind.
    return [...tables.map((table) => `drop table ${table}`), ...statements];
  },
};

const statements = [
  `create table "requests" (
    "id" text not null primary key, "timestamp" bigint not null, "completed_at" bigint,
    "state" text not null, "source_ip" text not null, "method" text not null,
    "path" text not null, "service_type" text not null, "user_agent" text, "auth_user" text,
    "original_model" text, "mapped_model" text, "upstream" text, "upstream_url" text,
    "upstream_request_id" text, "held" text, "route" text, "attempts" text not null,
    "dropped" text not null, "stream" integer not null, "status_code" integer,
    "error_message" text, "duration_ms" double precision, "ttft_ms" double precision,
    "prompt_tokens" bigint, "completion_tokens" bigint, "total_tokens" bigint,
    "tokens_estimated" integer not null, "finish_reason" text, "request_size" bigint not null,
    "response_size" bigint not null, "request_headers" text not null,
    "response_headers" text not null)`,
  `create table "bodies" (
    "request_id" text not null primary key, "timestamp" bigint not null, "request" blob,
    "request_truncated" integer not null, "response" blob, "response_truncated" integer not null)`,
  // Each filter of a list, in the list's own order: a page is read off the index, never sorted.
  ...["original_model", "mapped_model", "upstream", "state", "status_code", "service_type"].map(
    (column) => `create index "requests_${column}" on "requests" ("${column}", "id")`,
  ),
  'create index "requests_status_class" on "requests" ((status_code / 100), "id")',
  // All that the figures need, so that they never read the rows; retention finds the oldest by it.
  `create index "requests_figures" on "requests"
    ("timestamp", "state", "duration_ms", "ttft_ms", "prompt_tokens", "completion_tokens")`,
  'create index "bodies_timestamp" on "bodies" ("timestamp")',
];
