// All engines under the contracts: SQLite, also with bodies in S3, and the one in memory that other tests use.
import { join } from "node:path";
import { noon } from "../../lab/log-entries.ts";
import type { LogEngine } from "../../../src/adapters/logs/pipeline/log-engine.ts";
import type { LogPlace } from "../../../src/adapters/logs/pipeline/log-place.ts";
import { keptAnswersContract } from "../../contracts/kept-answers.ts";
import { logEngineContract } from "../../contracts/log-engine.ts";
import { type ContractedLog, contractedLog, logStoreContract } from "../../contracts/log-store.ts";
import { periodsContract } from "../../contracts/periods.ts";
import { searchPlacesContract } from "../../contracts/search-places.ts";
import { threadsContract } from "../../contracts/threads.ts";
import { anyBucket, logPlace, sqliteLog, sqliteLogWithObjects } from "../../lab/log-place.ts";
import { createMemoryObjects } from "../../lab/memory-objects.ts";
import { createMemoryEngine } from "../../lab/memory-log-store.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

type WithEngine = (run: (engine: LogEngine, place: LogPlace) => Promise<void>) => Promise<void>;

const engines: Readonly<Record<string, WithEngine>> = {
  "in memory": (run) => run(createMemoryEngine(), logPlace("unused")),
  SQLite: (run) =>
    withTempFolder(async (folder) => {
      const { engine, close } = sqliteLog();
      try {
        // So small that most bodies go to the blob store.
        await run(engine, logPlace(join(folder, "requests.db"), { inlineLimit: 16 }));
      } finally {
        await close();
      }
    }),
  "SQLite, bodies in S3": (run) =>
    withTempFolder(async (folder) => {
      const { engine, close } = sqliteLogWithObjects(createMemoryObjects());
      try {
        const bodies = { ...anyBucket, inlineLimit: 16 };
        await run(engine, logPlace(join(folder, "requests.db"), bodies));
      } finally {
        await close();
      }
    }),
};

const opened = (withEngine: WithEngine) => (run: (log: ContractedLog) => Promise<void>) =>
  withEngine(async (engine, place) => {
    await engine.open(place, noon);
    await run(contractedLog(engine, place));
  });

for (const [name, withEngine] of Object.entries(engines)) {
  logEngineContract(name, withEngine);
  keptAnswersContract(name, withEngine);
  logStoreContract(name, opened(withEngine));
  searchPlacesContract(name, opened(withEngine));
  threadsContract(name, opened(withEngine));
}

// What the others are measured by, and where bodies lie makes no difference to figures.
const { SQLite: withSqlite } = engines;
if (withSqlite !== undefined) periodsContract("SQLite", opened(withSqlite));
