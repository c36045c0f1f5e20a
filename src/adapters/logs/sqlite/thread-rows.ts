// The sums of threads in SQLite: kept in the transaction that writes the rows, read for the list of threads.
import type { Database } from "bun:sqlite";
import { placeText } from "../../../domain/log/thread-place.ts";
import { programOf } from "../../../domain/log/client-program.ts";
import type { ThreadFilter, ThreadPage, ThreadRow } from "../../../ports/threads.ts";
import { mergedThread, type StoredThread, threadColumns, threadRow } from "../rows/thread-sums.ts";
import { runSql } from "../sqlite-file/run-sql.ts";
import { type Insertion, insertRows, replacing } from "./insert-rows.ts";
import { type Statement, whole } from "./list-statement.ts";

export const threadTables: readonly string[] = [
  `create table threads (
    id text primary key, title text, title_sought text, title_of text, who text not null,
    first_id text not null, client_name text, client text, started_at integer not null,
    last_at integer not null, calls integer not null, errors integer not null,
    prompt_tokens integer not null, completion_tokens integer not null, cost integer not null,
    priced integer not null, unpriced integer not null, duration integer not null,
    models text not null) without rowid`,
  // Holds all that is filtered by: where few of many threads match, none but those are read.
  `create index threads_last on threads
    (last_at, id, title_sought, models, who, client_name, client)`,
  "create index threads_who on threads (who, last_at, id)",
  "create index threads_client on threads (client_name, last_at, id) where client_name is not null",
];

const columns = threadColumns.join(", ");
const knownSql = `select ${columns} from threads where id in (select value from json_each(?))`;
const insertion: Insertion = {
  into: "threads",
  columns: threadColumns,
  onConflict: replacing("id", threadColumns),
};

/** Applies a batch's changes; once, at the end of its transaction. */
export function writeThreads(db: Database, changes: readonly StoredThread[]): void {
  if (changes.length === 0) return;
  const ids = JSON.stringify(changes.map(({ id }) => id));
  const known = new Map(runSql<StoredThread>(db, knownSql, [ids]).map((one) => [one.id, one]));
  const threads = changes.map((change) => {
    const before = known.get(change.id);
    return before === undefined ? change : mergedThread(before, change);
  });
  const empty = threads.filter(({ calls }) => calls <= 0);
  insertRows(
    db,
    insertion,
    threads.filter(({ calls }) => calls > 0).map((one) => threadColumns.map((name) => one[name])),
  );
  if (empty.length > 0)
    runSql(db, "delete from threads where id in (select value from json_each(?))", [
      JSON.stringify(empty.map(({ id }) => id)),
    ]);
}

const oldestSql = `delete from threads where id in (
  select id from threads where last_at < ? order by last_at limit ?) returning 1`;

/** A thread goes when all its rows have. @param before epoch ms @returns how many it removed */
export function removeOlderThreads(db: Database, before: number, limit: number): number {
  return runSql(db, oldestSql, [before, limit]).length;
}

/** A page of threads; see ThreadReader. */
export function listedThreads(db: Database, filter: ThreadFilter): ThreadPage {
  const { text, parameters } = whole(conditionsOf(filter));
  const order = "order by last_at desc, id desc";
  const found = runSql<StoredThread>(
    db,
    `select ${columns} from threads where id in (
      select id from threads indexed by ${indexOf(filter)} where ${text} ${order} limit ?) ${order}`,
    // One more says whether there is a next page.
    [...parameters, filter.limit + 1],
  );
  const threads = found.slice(0, filter.limit);
  const last = threads.at(-1);
  const isMore = found.length > threads.length && last !== undefined;
  return {
    threads: threads.map(threadRow),
    next: isMore ? placeText({ lastAt: last.last_at, id: last.id }) : null,
  };
}

export function threadOf(db: Database, id: string): ThreadRow | null {
  const [found] = runSql<StoredThread>(db, `select ${columns} from threads where id = ?`, [id]);
  return found === undefined ? null : threadRow(found);
}

function indexOf({ user, client, q, model }: ThreadFilter): string {
  if (q !== undefined || model !== undefined) return "threads_last";
  if (user !== undefined) return "threads_who";
  return client === undefined ? "threads_last" : "threads_client";
}

function conditionsOf(filter: ThreadFilter): readonly Statement[] {
  const { before, since, until, user, client, model, q } = filter;
  const conditions: Statement[] = [];
  const add = (text: string, ...parameters: (string | number)[]) => {
    conditions.push({ text, parameters });
  };
  if (user !== undefined) add("who = ?", user);
  if (client !== undefined) {
    add("client_name is not null and client_name = ?", programOf(client) ?? client);
    if (client.includes("/")) add("client = ?", client);
  }
  if (before !== undefined) add("(last_at, id) < (?, ?)", before.lastAt, before.id);
  if (since !== undefined) add("last_at >= ?", since);
  if (until !== undefined) add("last_at < ?", until);
  if (q !== undefined) add("instr(title_sought, ?) > 0", q.toLowerCase());
  if (model !== undefined) add("instr(models, ?) > 0", model.toLowerCase());
  return conditions;
}
