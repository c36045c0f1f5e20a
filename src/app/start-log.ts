// The log's wiring: its thread, the watch over its store, and what people must hear of both.
import type { Configuration } from "../adapters/config/load.ts";
import { type Logs, openLogs } from "../adapters/logs/pipeline/open-logs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Notice } from "../ports/notices.ts";
import type { UsageObserver } from "../ports/observer.ts";
import { logNotices } from "./usecases/log/notices.ts";
import { createSpoolWatch, type SpoolWatch } from "./usecases/log/spool-watch.ts";
import { createStoreWatch, type StoreWatch } from "./usecases/log/store-watch.ts";

export interface StartedLog {
  readonly logs: Logs;
  readonly store: StoreWatch;
  /** What waits here for PostgreSQL or S3; null: the log has neither. */
  readonly spool: SpoolWatch | null;
  /** See Running.refusedLog. */
  refused(): Promise<string | null>;
  /** Rows lost since start, by reason. */
  droppedRows(): Readonly<Record<string, number>>;
  /** Whether rows reach a place that keeps them. */
  written(): { readonly lost: number; readonly cannotBeWritten: boolean };
  /** Bodies lost since start whose rows were kept. */
  droppedBodies(): number;
  /** Whatever is wrong with the log now. */
  notices(): readonly Notice[];
}

/**
 * @param version of this program
 * @param used hears what the log's thread reads of a call's usage
 */
export function startLog(
  settings: Configuration["settings"],
  version: string,
  clock: Clock,
  logger: Logger,
  used: UsageObserver["used"],
): StartedLog {
  const logs = openLogs({
    path: settings.dbPath,
    blobs: { ...settings.blobs, spoolMaxSize: settings.spoolMaxSize },
    ...(settings.database === null
      ? {}
      : {
          shared: {
            url: settings.database.url,
            instanceName: settings.instanceName,
            version,
            spoolMaxSize: settings.spoolMaxSize,
            maxLogAgeMs: settings.maxLogAgeMs,
          },
        }),
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
  const isShared = settings.database !== null;
  const spools = isShared || settings.blobs.s3 !== null;
  const spool = spools ? createSpoolWatch(() => logs.spool(), logger) : null;
  const spoolLost = () => spool?.report()?.lost ?? { rows: 0, bodies: 0, refused: 0 };
  const droppedRows = () =>
    !isShared
      ? recorder.droppedRows()
      : {
          ...recorder.droppedRows(),
          spool_full: spoolLost().rows,
          refused: spoolLost().refused,
        };
  const store = createStoreWatch({
    // A database that all routers share must not take all of them out of service at once: what is
    // looked at is whether rows are kept, here or there.
    async tryReading() {
      await spool?.look();
      if (!isShared) await logs.tryReading();
    },
    flush: () => recorder.flush(),
    lostRows: () => (recorder.droppedRows()["write_failed"] ?? 0) + spoolLost().rows,
    rowsArrive: () => isShared && (spool?.report()?.database.isUp ?? false),
    clock,
  });
  return {
    logs,
    store,
    spool,
    refused: () =>
      spool === null || !isShared ? Promise.resolve(null) : firstAnswer(spool, clock),
    droppedRows,
    written: () => ({
      lost: Object.values(droppedRows()).reduce((sum, one) => sum + one, 0),
      cannotBeWritten: recorder.failure() !== null || store.trouble() !== null,
    }),
    droppedBodies: () => recorder.droppedBodies() + spoolLost().bodies,
    notices: () => [
      ...logNotices({
        trouble: store.trouble(),
        failure: recorder.failure() ?? (store.losesRows() ? recorder.lastFailure() : null),
        dropped: droppedRows(),
      }),
      ...logs.notices(),
      ...(spool?.notices() ?? []),
    ],
  };
}

/** ms that the start waits for what a database says of this router. */
const firstAnswerMs = 1_000;
const lookMs = 20;

async function firstAnswer(spool: SpoolWatch, clock: Clock): Promise<string | null> {
  const giveUpAt = clock.elapsed() + firstAnswerMs;
  for (;;) {
    await spool.look().catch(() => undefined); // its own trouble is told elsewhere
    const { isUp, wasUp, downSince, refused } = spool.report()?.database ?? nothingYet;
    if (refused !== null && !wasUp) return refused;
    if ((isUp && wasUp) || downSince !== null || clock.elapsed() >= giveUpAt) return null;
    await new Promise<void>((resolve) => void clock.after(lookMs, resolve));
  }
}

const nothingYet = { isUp: false, wasUp: false, downSince: null, refused: null };
