// The shared log answers as a router's own does, with many calls and many pairs of filters;
// SWEEP=full takes ten thousand calls and most pairs.
import { test } from "bun:test";
import { day } from "../../../../src/adapters/logs/postgres/partition-ranges.ts";
import { expectSameAnswers } from "../../../contracts/same-log.ts";
import { withSqliteStore } from "../../../lab/log-place.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { logsInTurn } from "../../../lab/postgres-log.ts";
import { createRandom } from "../../../lab/random.ts";
import { isWhole } from "../../../lab/sweep.ts";

const onEmptyLog = logsInTurn(withDatabase, { maxLogAgeMs: 30 * day });

test("PostgreSQL and SQLite answer alike about thousands of calls", () =>
  withSqliteStore((store) =>
    onEmptyLog((log) => {
      const calls = { count: isWhole ? 10_000 : 2_500, from: Date.now() - 9 * day };
      return expectSameAnswers(store, log, createRandom(19), calls, isWhole ? 0.12 : 0.04);
    }),
  ));
