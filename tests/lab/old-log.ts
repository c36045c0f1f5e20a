// A log as the first version wrote it, and all that a log says.
import { Database } from "bun:sqlite";
import type { SQLQueryBindings } from "bun:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { forKysely } from "../../src/adapters/logs/sqlite/database.ts";
import { bodyBytes, logRow } from "../../src/adapters/logs/rows/log-row.ts";
import { migrate } from "../../src/adapters/logs/sqlite/migrate.ts";
import { tableRow } from "../../src/adapters/logs/sqlite/sqlite-rows.ts";
import type { LogTables } from "../../src/adapters/logs/sqlite/tables.ts";
import type { LogFilter } from "../../src/ports/browse.ts";
import type { LogWrite } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogReader } from "../../src/ports/log-reader.ts";
import { captured, idAt, logWrite, noon } from "./log-entries.ts";

const hour = 3_600_000;

/** Calls of several hours, of every end, with and without bodies, two in one ms. */
export const oldCalls: readonly LogWrite[] = [
  logWrite({ timestamp: noon, stream: false, ttftMs: null }, { request: captured('{"a":1}') }),
  logWrite({ timestamp: noon, id: idAt(noon, 1) }, { response: captured("data: x\n\n") }),
  logWrite(
    { timestamp: noon + 7, state: "failed", statusCode: 502, errorMessage: "connection refused" },
    { request: captured("grüße"), response: { ...captured("half an ans"), truncated: true } },
    { promptTokens: 12, completionTokens: 3, totalTokens: 15, tokensEstimated: true },
  ),
  logWrite(
    { timestamp: noon + hour + 1, durationMs: 0.4, originalModel: "phi4", mappedModel: null },
    { request: captured(""), response: captured(new Uint8Array([0xff, 0x00, 0x80])) },
    { promptTokens: 1_000, finishReason: "stop" },
  ),
  logWrite({ timestamp: noon + 30 * hour, state: "cancelled", statusCode: 499, authUser: "ann" }),
].map((write) => ({ ...write, entry: { ...write.entry, warnings: [] } }));

/** Columns that came after the first version. */
const laterColumns = new Set([
  "seq",
  "resent_from",
  "warnings",
  "cached_tokens",
  "reasoning_tokens",
]);

export function kyselyOn(raw: Database): Kysely<LogTables> {
  return new Kysely<LogTables>({ dialect: new SqliteDialect({ database: forKysely(raw) }) });
}

/** Writes the calls as the first version did. */
export async function writeFirstVersion(path: string): Promise<void> {
  const raw = new Database(path, { create: true });
  await migrate(kyselyOn(raw), "0001-requests-and-bodies");
  const insert = (table: string, row: Readonly<Record<string, SQLQueryBindings>>) => {
    const names = Object.keys(row);
    raw
      .query(`insert into ${table} (${names.join()}) values (${names.map(() => "?").join()})`)
      .run(...Object.values(row));
  };
  for (const write of oldCalls) {
    const row = Object.entries(tableRow(logRow(write), 0));
    insert("requests", Object.fromEntries(row.filter(([column]) => !laterColumns.has(column))));
    const { request, response } = write.bodies;
    if (request === null && response === null) continue;
    insert("bodies", {
      request_id: write.entry.id,
      timestamp: write.entry.timestamp,
      request: request === null ? null : bodyBytes(request),
      request_truncated: request?.truncated === true ? 1 : 0,
      response: response === null ? null : bodyBytes(response),
      response_truncated: response?.truncated === true ? 1 : 0,
    });
  }
  raw.close();
}

const filters: readonly Partial<LogFilter>[] = [
  {},
  { model: "llama3" },
  { state: "failed" },
  { status: { from: 400, to: 499 } },
  { since: noon + 1, before: idAt(noon + 30 * hour) },
  { q: "refused" },
  { q: "phi4" },
  { q: "ann" },
  { resent_from: idAt(noon) },
];

/** All that a log says of these calls. */
export const saidBy = async (store: LogReader) => ({
  lists: await Promise.all(filters.map((filter) => store.list({ limit: 3, ...filter }))),
  details: await Promise.all(oldCalls.map(({ entry }) => store.get(entry.id))),
  all: await store.stats(null),
  // Within an hour, within a minute, and after everything.
  later: await Promise.all([noon + 5, noon + hour, noon + 31 * hour].map((at) => store.stats(at))),
  points: await store.points({ since: 0, limit: 10 }),
});
