// Searches in a log in which a word is on tens of thousands of rows, with filters that let few and many through.
import { beforeAll, describe, test } from "bun:test";
import type { LogFilter } from "../../../../src/ports/browse.ts";
import { createLargeLog, type LargeLog, largeValues, sorts } from "../../../lab/large-log.ts";

/** Most rows have the first; the last two stand for more words than are named, and for as many. */
const sought = ["common", '"common"', "comm", "here", "abroad", "rare", "absent", "word", "word1"];
const filters: readonly Partial<LogFilter>[] = [
  {},
  { user: "user-7" },
  { thread: largeValues.thread[0]! },
  { client: "codex/1.1" },
  { upstream: "desk" },
  { upstream: "hosted" },
  { upstream: "rack", user: "bob" },
  { state: "failed", user: "bob" },
  { state: "cancelled", status: { from: 200, to: 200 } },
  { since: largeValues.since[1]!, upstream: "desk" },
];

describe.each(["own", "shared"] as const)("searches in a large log, with %s entries", (entries) => {
  let log: LargeLog;
  beforeAll(() => {
    log = createLargeLog(entries);
  });

  test.each(sought)("of %p, with some filters, in some order", async (q) => {
    for (const filter of filters)
      if (log.random.chance(0.4))
        await log.expectPages({ ...filter, q }, log.random.pick(sorts), log.random.pick([1, 50]));
  });

  test("of anything, with any filter", async () => {
    const kinds = Object.entries(largeValues);
    for (let look = 0; look < 5; look++) {
      const [name, all] = log.random.pick(kinds);
      const filter = { q: log.random.pick(sought), [name]: log.random.pick<unknown>(all) };
      await log.expectPages(filter, log.random.pick(sorts), 50);
    }
  });
});
