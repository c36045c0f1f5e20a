// Kept answers on their way out: by age, or one as its owner asks.
import { ownerKey } from "../rows/answer-keys.ts";
import type { Client } from "./client.ts";
import { whileLeading } from "./leading.ts";
import { day } from "./partition-ranges.ts";
import { safeText } from "./safe-text.ts";

/** Days that items outlast the answers that they were last used by: their day is moved on but now and then. */
const itemSlack = 2;

/** As LogUpkeep says of `removeOlderAnswers`; items that no answer has used since go along. */
export async function removeOlderAnswers(
  client: Client,
  before: number,
  limit: number,
): Promise<boolean> {
  const isMore = await whileLeading(client, async (run) => {
    const answers = await run(
      `delete from responses where (owner, id) in (
          select owner, id from responses where created_at < $1::bigint
            order by created_at limit ${limit}) returning 1`,
      [before],
    );
    // Where one is used once more meanwhile, its day is looked at again before it goes.
    const items = await run(
      `delete from response_items where used_on < $1::integer and key in (
          select key from response_items where used_on < $1::integer limit ${limit}) returning 1`,
      [Math.floor(before / day) - itemSlack],
    );
    return answers.length === limit || items.length === limit;
  });
  return isMore === true;
}

/**
 * Its items stay until they are too old: other routers may be about to bring answers that use them.
 * @returns whether the owner had such an answer
 */
export async function removeAnswer(client: Client, owner: string, id: string): Promise<boolean> {
  const gone = await client.run(
    "delete from responses where owner = $1::uuid and id = $2 returning 1",
    [ownerKey(owner), safeText(id)],
  );
  return gone.length > 0;
}
