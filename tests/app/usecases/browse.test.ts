// What the read side adds to the log's own figures.
import { expect, test } from "bun:test";
import { createBrowse } from "../../../src/app/usecases/browse.ts";
import { logWrite, noon } from "../../lab/log-entries.ts";
import { createMemoryLogStore } from "../../lab/memory-log-store.ts";

test("statistics hold all rows, those of the last 24 hours, and what only the process knows", async () => {
  const day = 86_400_000;
  const store = createMemoryLogStore();
  await store.write([
    logWrite({ timestamp: noon - day - 1, state: "failed" }),
    logWrite({ timestamp: noon - day }),
    logWrite({ timestamp: noon }),
  ]);
  const browse = createBrowse({
    reader: store,
    clock: { now: () => noon },
    live: {
      count: () => 3,
      inFlight: () => ({ inflight: [] }),
      upstreams: () => ({ upstreams: [] }),
    },
    droppedRows: () => ({ queue_full: 2 }),
  });
  expect(await browse.stats()).toMatchObject({
    total: { requests: 3, errors: 1 },
    last_24h: { requests: 2, errors: 0 },
    inflight: 3,
    dropped_rows: { queue_full: 2 },
  });
});
