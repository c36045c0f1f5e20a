// A list of threads out of PostgreSQL, from their sums alone.
import { programOf } from "../../../domain/log/client-program.ts";
import { placeText } from "../../../domain/log/thread-place.ts";
import type { ThreadFilter, ThreadPage, ThreadRow } from "../../../ports/threads.ts";
import { type StoredThread, threadColumns, threadRow } from "../rows/thread-sums.ts";
import { type Condition, whole } from "./call-conditions.ts";
import type { Run } from "./client.ts";
import type { Floors } from "./floors.ts";
import { originalText, safeText } from "./safe-text.ts";
import { createValues } from "./statement-values.ts";
import { nameStart } from "./tables.ts";
import { threadTypes } from "./write-threads.ts";

/** In a shape that needs no further conversion. */
const columns = threadColumns
  .map((name) => {
    const type = threadTypes[name];
    if (type === "text") return name;
    return type === "uuid" ? `${name}::text` : `${name}::double precision`;
  })
  .join(", ");

/** A page of threads; see ThreadReader. */
export async function listedThreads(
  run: Run,
  filter: ThreadFilter,
  floors: Floors,
): Promise<ThreadPage> {
  const values = createValues();
  const where = whole(conditionsOf(filter, floors), values);
  const found = await run<StoredThread>(
    // By its name alone the server would order by what is read, which no index holds.
    `select ${columns} from threads where ${where} order by threads.last_at desc, threads.id desc
      limit ${values.add(filter.limit + 1, "integer")}`,
    values.all,
  );
  const threads = found.slice(0, filter.limit);
  const last = threads.at(-1);
  // One more says whether there is a next page.
  const isMore = found.length > threads.length && last !== undefined;
  return {
    threads: threads.map((thread) => threadRow(originalThread(thread))),
    next: isMore ? placeText({ lastAt: last.last_at, id: last.id }) : null,
  };
}

export async function threadOf(run: Run, id: string, floors: Floors): Promise<ThreadRow | null> {
  const [found] = await run<StoredThread>(
    `select ${columns} from threads where id = $1::uuid and last_at >= $2::bigint`,
    [id, Math.ceil(floors.rows)],
  );
  return found === undefined ? null : threadRow(originalThread(found));
}

function originalThread(thread: StoredThread): StoredThread {
  const original = (text: string | null) => (text === null ? null : originalText(text));
  return {
    ...thread,
    title: original(thread.title),
    who: originalText(thread.who),
    client: original(thread.client),
    models: originalText(thread.models),
  };
}

function conditionsOf(filter: ThreadFilter, floors: Floors): readonly Condition[] {
  const { before, until, user, client, model, q } = filter;
  const since = Math.ceil(Math.max(filter.since ?? 0, floors.rows));
  const conditions: Condition[] = [(values) => `last_at >= ${values.add(since, "bigint")}`];
  const name = (column: string, text: string): void => {
    conditions.push((values) => {
      const sought = values.add(safeText(text), "text");
      return `${nameStart(column)} = ${nameStart(sought)} and ${column} = ${sought}`;
    });
  };
  const part = (column: string, text: string): void => {
    conditions.push(
      (values) => `strpos(${column}, ${values.add(safeText(text.toLowerCase()), "text")}) > 0`,
    );
  };
  if (user !== undefined) name("who", user);
  if (client !== undefined) {
    name("client_name", programOf(client) ?? client);
    if (client.includes("/"))
      conditions.push((values) => `client = ${values.add(safeText(client), "text")}`);
  }
  if (before !== undefined)
    conditions.push((values) => {
      const place = [values.add(before.lastAt, "bigint"), values.add(before.id, "uuid")];
      return `(last_at, id) < (${place.join(", ")})`;
    });
  if (until !== undefined)
    conditions.push((values) => `last_at < ${values.add(Math.ceil(until), "bigint")}`);
  if (q !== undefined) part("title_sought", q);
  if (model !== undefined) part("models", model);
  return conditions;
}
