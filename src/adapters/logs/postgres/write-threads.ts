// The sums of threads, in the transaction of the rows that they count. Routers share them, as calls of one
// thread may go to several: what each adds comes to the same in any order.
import {
  betweenModels,
  mostModels,
  type StoredThread,
  summedColumns,
  threadColumns,
} from "../rows/thread-sums.ts";
import type { Run } from "./client.ts";
import { safeText } from "./safe-text.ts";
import { createValues, type Values } from "./statement-values.ts";

/** Of columns; numbers that may be out of bounds on their way in are `numeric` there. */
export const threadTypes: Readonly<
  Record<keyof StoredThread, "uuid" | "text" | "bigint" | "numeric">
> = {
  id: "uuid",
  title: "text",
  title_sought: "text",
  title_of: "uuid",
  who: "text",
  first_id: "uuid",
  client_name: "text",
  client: "text",
  started_at: "bigint",
  last_at: "bigint",
  calls: "bigint",
  errors: "bigint",
  prompt_tokens: "numeric",
  completion_tokens: "numeric",
  cost: "numeric",
  priced: "bigint",
  unpriced: "bigint",
  duration: "numeric",
  models: "text",
};

const columns = threadColumns.join(", ");
const givenTypes = threadColumns.map((column) => `${column} ${threadTypes[column]}`).join(", ");

/** A sum of tokens, as servers report them, may be of any size: no row is refused for it. */
const bounded = (sum: string) =>
  `least(greatest(${sum}, -9223372036854775807), 9223372036854775807)::bigint`;
const given = threadColumns
  .map((column) =>
    threadTypes[column] === "numeric" ? bounded(`given.${column}`) : `given.${column}`,
  )
  .join(", ");

/** What comes along with the first call, or the first that asks in words: of the change, where that has it. */
const ofFirst = (key: string, names: readonly string[]) =>
  names.map(
    (name) =>
      `${name} = case when excluded.${key} <= coalesce(threads.${key}, excluded.${key})
        then excluded.${name} else threads.${name} end`,
  );
const listed = (text: string) => `string_to_array(${text}, '${betweenModels}')`;
const changes = [
  ...ofFirst("title_of", ["title", "title_sought", "title_of"]),
  ...ofFirst("first_id", ["who", "client_name", "client", "first_id"]),
  "started_at = least(threads.started_at, excluded.started_at)",
  "last_at = greatest(threads.last_at, excluded.last_at)",
  ...summedColumns.map(
    (name) => `${name} = ${bounded(`threads.${name}::numeric + excluded.${name}`)}`,
  ),
  `models = case when excluded.models in (threads.models, '') then threads.models
    else array_to_string((${listed("threads.models")} || array(
      select name from unnest(${listed("excluded.models")}) with ordinality as more (name, place)
        where name <> all (${listed("threads.models")}) order by place))[:${mostModels}],
      '${betweenModels}') end`,
];

/**
 * The statement that adds them up, in the order of their ids: two that write the same ones cannot block each
 * other for good, as long as nothing else that routers share is written behind it.
 * @param and joined to what is given; where it has no row, nothing is written
 */
export function threadsInsertion(
  values: Values,
  threads: readonly StoredThread[],
  and = "",
): string {
  return `insert into threads (${columns})
    select ${given} from json_to_recordset(${values.add(JSON.stringify(threads.map(written)), "text")}::json)
      as given (${givenTypes})${and} order by given.id
    on conflict (id) do update set ${changes.join(", ")}`;
}

function written(thread: StoredThread): StoredThread {
  const safe = (text: string | null) => (text === null ? null : safeText(text));
  return {
    ...thread,
    title: safe(thread.title),
    title_sought: safe(thread.title_sought),
    who: safeText(thread.who),
    client_name: safe(thread.client_name),
    client: safe(thread.client),
    models: safeText(thread.models),
  };
}

/** Adds up what rows of a transaction change. To be the last that it writes. */
export async function writeThreads(run: Run, threads: readonly StoredThread[]): Promise<void> {
  if (threads.length === 0) return;
  const values = createValues();
  await run(threadsInsertion(values, threads), values.all);
  const fewer = threads.filter(({ calls }) => calls < 0);
  if (fewer.length > 0)
    await run("delete from threads where id = any ($1::text::uuid[]) and calls <= 0", [
      `{${fewer.map(({ id }) => id).join(",")}}`,
    ]);
}
