// Which models a part of a name stands for: the different names are found in their indexes, one step for
// each of them, however many calls have it.
import { namesWith } from "../../../domain/log/name-part.ts";
import { anyOf, type Condition, type IndexedCondition, nameCondition } from "./call-conditions.ts";
import type { Run } from "./client.ts";
import { originalText } from "./safe-text.ts";
import { nameStart } from "./tables.ts";

/** Limit on names looked at: a flood of invented ones must not hold up a list. */
const maxNames = 2_000;
/** Limit on names looked up in their indexes; with more, all calls are scanned. */
const maxLed = 12;
/** Of a name, what its index holds. */
const startLength = 200;

const columns = ["original_model", "other_model"] as const;
type ModelColumn = (typeof columns)[number];

/** What a filter by model comes to. */
export interface ModelConditions {
  /** One of them holds. */
  readonly models: readonly IndexedCondition[];
  /** All of these hold. */
  readonly others: readonly Condition[];
}

/** @param part of a name, as asked for or as sent; undefined: any */
export async function modelConditions(
  run: Run,
  part: string | undefined,
): Promise<ModelConditions> {
  if (part === undefined) return { models: [], others: [] };
  const models: IndexedCondition[] = [];
  for (const column of columns)
    for (const name of await storedNames(run, column, namesWith(part)))
      models.push(nameCondition(column, name));
  if (models.length === 0) return { models, others: [() => "false"] };
  if (models.length <= maxLed) return { models, others: [] };
  return { models: [], others: [anyOf(models.map(({ holds }) => holds))] };
}

/** Names as they are stored, of calls that have ended or are in flight, that pass. */
async function storedNames(
  run: Run,
  column: ModelColumn,
  passes: (name: string) => boolean,
): Promise<readonly string[]> {
  const start = nameStart(column);
  const rows = await run<{ name: string }>(
    `with recursive names as (
        (select ${start} as name from requests where ${column} is not null order by ${start} limit 1)
        union all
        select (select ${start} from requests
            where ${column} is not null and ${start} > names.name order by ${start} limit 1)
          from names where names.name is not null)
      (select name from names where name is not null limit ${maxNames})
      union select ${start} from inflight where ${column} is not null`,
  );
  const names: string[] = [];
  for (const { name } of rows)
    for (const whole of name.length < startLength ? [name] : await longNames(run, column, name))
      if (passes(originalText(whole))) names.push(whole);
  return names;
}

/** Those that begin so, of which the index says no more. */
async function longNames(run: Run, column: ModelColumn, start: string): Promise<readonly string[]> {
  const of = (table: string) =>
    `select ${column} as name from ${table}
      where ${column} is not null and ${nameStart(column)} = $1::text`;
  const rows = await run<{ name: string }>(
    `${of("requests")} union ${of("inflight")} limit ${maxNames}`,
    [start],
  );
  return rows.map(({ name }) => name);
}
