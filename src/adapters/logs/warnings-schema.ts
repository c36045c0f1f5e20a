// The schema's fourth step: what was odd about a call that went well, and the parts of its token counts.
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const statements = [
  "alter table requests add column warnings text not null default '[]'",
  "alter table requests add column cached_tokens integer",
  "alter table requests add column reasoning_tokens integer",
];

export const warningsAndTokenParts: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
