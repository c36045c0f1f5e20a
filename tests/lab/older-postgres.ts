// A log in PostgreSQL as version 1 of the tables had it, or rows as its routers write them beside this version's.
import type { Run } from "../../src/adapters/logs/postgres/client.ts";

const columns = ["who", "client_name", "client", "thread_id", "turns_key", "cost"];

/** Takes from all rows what version 1 did not know of a call, and what they had been counted in. */
export async function forgetSenses(run: Run): Promise<void> {
  await run(`update requests set ${columns.map((column) => `${column} = null`).join(", ")},
    detail = (detail::jsonb - 24 - 23)::text, counted = false`);
  await run("delete from tallies; delete from cells; delete from threads");
}

/** Likewise, and the columns that it did not have: the next router that comes brings the tables up to date. */
export async function asVersion1(run: Run): Promise<void> {
  await forgetSenses(run);
  for (const table of ["requests", "inflight"])
    for (const column of columns) await run(`alter table ${table} drop column ${column}`);
  await run("drop index requests_duration_ms_id_idx, requests_total_tokens_id_idx");
  await run("alter table requests drop column counted");
  await run("drop table cells, tallies, threads");
  await run("update meta set value = '1' where name = 'schema'");
  await run("delete from meta where name like 'sense_%'");
}
