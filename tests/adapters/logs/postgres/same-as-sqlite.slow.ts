// The shared log answers as a router's own does, with many calls and most pairs of filters.
import { test } from "bun:test";
import { day } from "../../../../src/adapters/logs/postgres/partition-ranges.ts";
import { expectSameAnswers } from "../../../contracts/same-log.ts";
import { withSqliteStore } from "../../../lab/log-place.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { logsInTurn } from "../../../lab/postgres-log.ts";
import { createRandom } from "../../../lab/random.ts";

const onEmptyLog = logsInTurn(withDatabase, { maxLogAgeMs: 30 * day });

test("PostgreSQL and SQLite answer alike about ten thousand calls", () =>
  withSqliteStore((store) =>
    onEmptyLog((log) => {
      const calls = { count: 10_000, from: Date.now() - 9 * day };
      return expectSameAnswers(store, log, createRandom(19), calls, 0.12);
    }),
  ));
