// The log's schema, step by step, in code: a compiled binary has no folder of migrations to read.
import { requestsAndBodies } from "./first-schema.ts";
import { payloadsAndSearch } from "./payload-schema.ts";
import type { SchemaLook, SchemaStep } from "./schema-step.ts";

/** Those of the columns that are not there yet. */
function newColumns(table: string, columns: Readonly<Record<string, string>>) {
  return (look: SchemaLook): readonly string[] =>
    Object.entries(columns)
      .filter(([name]) => !look.columns(table).has(name))
      .map(([name, type]) => `alter table ${table} add column ${name} ${type}`);
}

const resentColumn = newColumns("requests", { resent_from: "text" });
const warningColumns = newColumns("requests", {
  warnings: "text not null default '[]'",
  cached_tokens: "integer",
  reasoning_tokens: "integer",
});

export const schemaSteps: readonly SchemaStep[] = [
  requestsAndBodies,
  payloadsAndSearch,
  {
    name: "0003-resent-from",
    statements: async (look) => [
      ...resentColumn(look),
      // Few rows repeat another; the rest costs nothing.
      `create index if not exists requests_resent_from on requests (resent_from)
        where resent_from is not null`,
    ],
  },
  {
    name: "0004-warnings-and-token-parts",
    statements: async (look) => warningColumns(look),
  },
  {
    name: "0005-state",
    statements: async () => [
      // What the log knows of itself; see log-state.ts.
      "create table state (name text primary key, value not null) without rowid",
      "insert into state values ('id', lower(hex(randomblob(16))))",
      // Until now all databases had their blobs in one place, side by side.
      `insert into state select 'shared_blobs', 1
        where exists (select 1 from payloads where data is null)`,
    ],
  },
];
