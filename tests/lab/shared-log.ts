// A log in PostgreSQL as a router writes it, by way of its outbox.
import { join } from "node:path";
import type { LogEngine } from "../../src/adapters/logs/pipeline/log-engine.ts";
import type { BlobPlace, LogPlace } from "../../src/adapters/logs/pipeline/log-place.ts";
import { createPostgresEngine } from "../../src/adapters/logs/postgres/postgres-engine.ts";
import type { WithUrl } from "./database-in-turn.ts";
import { logPlace } from "./log-place.ts";
import { withDatabase } from "./postgres.ts";
import { withFolderInMemory } from "./temp-folder.ts";

/** @param path of the outbox */
export function sharedPlace(
  path: string,
  url: string,
  blobs: Partial<BlobPlace> = {},
): Required<Pick<LogPlace, "shared">> & LogPlace {
  const shared = {
    url,
    instanceName: "router",
    version: "1",
    spoolMaxSize: 1_000_000_000,
    maxLogAgeMs: null,
  };
  return { ...logPlace(path, blobs), shared };
}

/** Runs a test on an engine that was not opened, whose reads see what it has written. */
export function withSharedLog<T>(
  run: (engine: LogEngine, place: LogPlace) => Promise<T>,
  within: WithUrl = withDatabase,
): Promise<T> {
  return within((url) =>
    withFolderInMemory(async (folder) => {
      const engine = createPostgresEngine({ openObjects: () => null, openWaitMs: 20_000 });
      try {
        return await run(seeing(engine), sharedPlace(join(folder, "requests.db"), url));
      } finally {
        await engine.close();
      }
    }),
  );
}

function seeing(engine: LogEngine): LogEngine {
  const arrived = async () => engine.shared?.arrived(20_000);
  return {
    ...engine,
    async reader(place) {
      await arrived();
      return engine.reader(place);
    },
    async answers(place) {
      await arrived();
      return engine.answers(place);
    },
    upkeep: {
      ...engine.upkeep,
      async removeOlder(...limits) {
        await arrived();
        return engine.upkeep.removeOlder(...limits);
      },
      async removeOlderAnswers(...limits) {
        await arrived();
        return engine.upkeep.removeOlderAnswers(...limits);
      },
      async senseOlder(...step) {
        await arrived();
        return engine.upkeep.senseOlder(...step);
      },
    },
  };
}
