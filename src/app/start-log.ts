// The log's wiring: its thread, the watch over its store, and what people must hear of both.
import type { Configuration } from "../adapters/config/load.ts";
import { type Logs, openLogs } from "../adapters/logs/pipeline/open-logs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Notice } from "../ports/notices.ts";
import type { UsageObserver } from "../ports/observer.ts";
import { logNotices } from "./usecases/log/notices.ts";
import { createStoreWatch, type StoreWatch } from "./usecases/log/store-watch.ts";

export interface StartedLog {
  readonly logs: Logs;
  readonly store: StoreWatch;
  /** Whatever is wrong with the log now. */
  notices(): readonly Notice[];
}

/** @param used hears what the log's thread reads of a call's usage */
export function startLog(
  settings: Configuration["settings"],
  clock: Clock,
  logger: Logger,
  used: UsageObserver["used"],
): StartedLog {
  const logs = openLogs({
    path: settings.dbPath,
    blobs: settings.blobs,
    maxBodyBytes: settings.blobs.maxBlobSize,
    maxLogAgeMs: settings.maxLogAgeMs,
    maxBodyAgeMs: settings.maxBodyAgeMs,
    maxAnswerAgeMs: settings.maxAnswerAgeMs,
    clock,
    used,
    trouble: (message) => logger.warn(message),
  });
  logs.opened
    .then(({ failed, happened, interrupted }) => {
      for (const { message } of happened) logger.error(message);
      if (failed !== null) logger.error(failed);
      if (interrupted > 0)
        logger.info("rows that an earlier process left in flight are marked interrupted", {
          rows: interrupted,
        });
    })
    .catch((error: unknown) => logger.error(String(error)));
  const { recorder } = logs;
  const store = createStoreWatch({
    tryReading: () => logs.tryReading(),
    flush: () => recorder.flush(),
    lostRows: () => recorder.droppedRows()["write_failed"] ?? 0,
    clock,
  });
  return {
    logs,
    store,
    notices: () => [
      ...logNotices({
        trouble: store.trouble(),
        failure: recorder.failure(),
        dropped: recorder.droppedRows(),
      }),
      ...logs.notices(),
    ],
  };
}
