// Work that one router of a group does at a time: whoever comes first, for the length of a transaction.
import type { Client, Run } from "./client.ts";
import { isLocked } from "./sql-state.ts";

const upkeepLock = 0x5301_0003;

/** Of the tables' locks: calls and reads would queue behind whoever waits longer. */
const lockTimeoutMs = 200;

/** @returns null where another router is at it, or holds a table for long */
export async function whileLeading<Result>(
  client: Client,
  work: (run: Run) => Promise<Result>,
): Promise<Result | null> {
  try {
    return await client.inTransaction(async (run) => {
      const [lock] = await run<{ own: boolean }>("select pg_try_advisory_xact_lock($1) as own", [
        upkeepLock,
      ]);
      if (lock?.own !== true) return null;
      await run(`set local lock_timeout = '${lockTimeoutMs}ms'`);
      return work(run);
    });
  } catch (error) {
    if (isLocked(error)) return null;
    throw error;
  }
}
