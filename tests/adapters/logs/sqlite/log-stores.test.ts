// Both log stores under the one contract.
import { join } from "node:path";
import { openDatabase } from "../../../../src/adapters/logs/sqlite/database.ts";
import { createFilesystemBlobs } from "../../../../src/adapters/blobs/filesystem-blobs.ts";
import { logStoreContract } from "../../../contracts/log-store.ts";
import { noon } from "../../../lab/log-entries.ts";
import { sqliteStoreOn } from "../../../lab/log-place.ts";
import { createMemoryLogStore } from "../../../lab/memory-log-store.ts";
import { withTempFolder } from "../../../lab/temp-folder.ts";

logStoreContract("in memory", (run) => run(createMemoryLogStore()));

logStoreContract("SQLite", (run) =>
  withTempFolder(async (folder) => {
    const { database } = await openDatabase(join(folder, "requests.db"), noon);
    try {
      const blobs = createFilesystemBlobs(join(folder, "blobs"));
      await run(sqliteStoreOn(database, blobs, 16));
    } finally {
      database.close();
    }
  }),
);
