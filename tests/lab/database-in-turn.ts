// One database for the tests of a file, each of which finds its tables empty: to make a database, and
// tables in it, takes longer than most tests.
import { afterAll } from "bun:test";
import { type Client, createClient } from "../../src/adapters/logs/postgres/client.ts";
import { settleSchema } from "../../src/adapters/logs/postgres/migrations.ts";
import type { withDatabase } from "./postgres.ts";

const emptying = `delete from requests; delete from inflight; delete from search;
  delete from segments; delete from figures; delete from responses; delete from response_items;
  delete from instances; delete from cells; delete from tallies; delete from threads;
  delete from meta where name not in ('schema', 'oldest_binary', 'group_id')`;

export type WithUrl = <T>(test: (url: string) => Promise<T>) => Promise<T>;

/** Tests run one after the other; it goes with the file's last one. */
export function databaseInTurn(within: typeof withDatabase): WithUrl {
  const begun = Promise.withResolvers<string>();
  const over = Promise.withResolvers<void>();
  let whole: Promise<void> | null = null;
  let client: Client | null = null;
  afterAll(async () => {
    over.resolve();
    await whole;
  });
  return async (test) => {
    whole ??= within(async (url) => {
      begun.resolve(url);
      await over.promise;
      await client?.close();
    });
    const url = await Promise.race([begun.promise, whole.then(() => begun.promise)]);
    client ??= createClient({ url, connections: 1, silenceMs: 20_000 });
    await settleSchema(client);
    await client.run(emptying);
    return test(url);
  };
}
