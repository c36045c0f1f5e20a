// Looks at the log's store every now and then, so that `/readyz` can say at once whether it works.
import { looked, storeTrouble, type StoreRecord, wellStore } from "../../domain/readiness.ts";
import type { Clock } from "../../ports/clock.ts";
import type { LogReader } from "../../ports/log-store.ts";
import type { CallObserver } from "../../ports/observer.ts";
import { orAfter } from "./or-after.ts";

export interface StoreWatch extends CallObserver {
  /** Why the store makes the router not ready; null where it does not. */
  trouble(): string | null;
  stop(): void;
}

export interface StoreWatchDeps {
  readonly reader: Pick<LogReader, "list">;
  /** Resolves when all that ended before is written or dropped. */
  readonly flush: () => Promise<void>;
  /** Rows that could not be written since start. */
  readonly lostRows: () => number;
  readonly clock: Clock;
}

const betweenMs = 2_000;
/** A look that takes longer has failed. */
const longestLookMs = 2_000;

/** Without paths and system messages: whoever asks `/readyz` need not be trusted. */
const words = {
  slow: "the log's store does not answer",
  unreadable: "the log's store cannot be read",
  lossy: "the log's store does not take rows",
} as const;

export function createStoreWatch({ reader, flush, lostRows, clock }: StoreWatchDeps): StoreWatch {
  let record: StoreRecord = wellStore;
  let underWay: Promise<string | null> | null = null;
  let lost = lostRows();
  let endedSince = 0;
  let lossy = false;
  let stopped = false;
  let cancel = () => {};

  async function look(): Promise<string | null> {
    const ended = endedSince;
    try {
      await flush();
      await reader.list({ limit: 1 });
    } catch {
      return words.unreadable;
    }
    const now = lostRows();
    // Only a row that was taken shows that rows are taken again.
    if (now > lost) lossy = true;
    else if (ended > 0) lossy = false;
    lost = now;
    endedSince -= ended;
    return lossy ? words.lossy : null;
  }

  async function watch(): Promise<void> {
    const startedAt = clock.now();
    underWay ??= look();
    const found = await orAfter(underWay, longestLookMs, clock);
    if (found !== "due") underWay = null;
    if (stopped) return;
    record = looked(record, found === "due" ? words.slow : found, startedAt);
    cancel = clock.after(betweenMs, start);
  }

  function start(): void {
    watch().catch(() => undefined);
  }

  cancel = clock.after(betweenMs, start);
  return {
    started: () => undefined,
    ended: () => void endedSince++,
    trouble: () => storeTrouble(record, clock.now()),
    stop() {
      stopped = true;
      cancel();
    },
  };
}
