// Both log stores under the one contract.
import { join } from "node:path";
import { openDatabase } from "../../../src/adapters/logs/database.ts";
import { createSqliteStore } from "../../../src/adapters/logs/sqlite-store.ts";
import { logStoreContract } from "../../contracts/log-store.ts";
import { noon } from "../../lab/log-entries.ts";
import { createMemoryLogStore } from "../../lab/memory-log-store.ts";
import { withTempFolder } from "../../lab/temp-folder.ts";

logStoreContract("in memory", (run) => run(createMemoryLogStore()));

logStoreContract("SQLite", (run) =>
  withTempFolder(async (folder) => {
    const { database } = await openDatabase(join(folder, "requests.db"), noon);
    try {
      await run(createSqliteStore(database.tables));
    } finally {
      database.close();
    }
  }),
);
