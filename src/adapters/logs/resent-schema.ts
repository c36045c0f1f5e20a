// The schema's third step: which request a row repeats, and the way from a request to its repeats.
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const statements = [
  "alter table requests add column resent_from text",
  // Few rows repeat another; the rest costs nothing.
  `create index requests_resent_from on requests (resent_from) where resent_from is not null`,
];

export const resentFrom: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
