// The shared log answers as a router's own does.
import { test } from "bun:test";
import { day } from "../../../../src/adapters/logs/postgres/partition-ranges.ts";
import { expectSameAnswers } from "../../../contracts/same-log.ts";
import { withSqliteStore } from "../../../lab/log-place.ts";
import { withDatabase } from "../../../lab/postgres.ts";
import { logsInTurn } from "../../../lab/postgres-log.ts";
import { createRandom } from "../../../lab/random.ts";

/** Partitions of a day, and limits so low that all ways of searching are taken. */
const onEmptyLog = logsInTurn(withDatabase, {
  maxLogAgeMs: 30 * day,
  limits: { ofAll: 5, ofPart: 12 },
});

test("PostgreSQL and SQLite answer alike about some calls", () =>
  withSqliteStore((store) =>
    onEmptyLog((log) => {
      const calls = { count: 300, from: Date.now() - 9 * day };
      return expectSameAnswers(store, log, createRandom(18), calls, 0.04);
    }),
  ));
