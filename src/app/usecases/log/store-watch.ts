// Looks at the log's store every now and then, so that `/readyz` can say at once whether it works.
import {
  looked,
  storeTrouble,
  type StoreRecord,
  wellStore,
} from "../../../domain/config/readiness.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver } from "../../../ports/observer.ts";
import { orAfter } from "../or-after.ts";

export interface StoreWatch extends CallObserver {
  /** Why the store makes the router not ready; null where it does not. */
  trouble(): string | null;
  /** Whether rows are being lost: some may be taken all the same, as small ones are by a full disk. */
  losesRows(): boolean;
  stop(): void;
}

export interface StoreWatchDeps {
  /** Rejects where the log cannot be read. */
  readonly tryReading: () => Promise<void>;
  /** Resolves when all that ended before is written or dropped. */
  readonly flush: () => Promise<void>;
  /** Rows that could not be written since start. */
  readonly lostRows: () => number;
  /** Whether rows are known to arrive where they belong, though no call has ended; absent: it is not known. */
  readonly rowsArrive?: () => boolean;
  readonly clock: Clock;
}

const betweenMs = 2_000;
/** Rows that wait longer for their place on the disk show a store that takes none. */
const longestWriteMs = 5_000;
/** A read may have to wait for upkeep and large writes. */
const longestReadMs = 10_000;

/** Without paths and system messages: whoever asks `/readyz` need not be trusted. */
const words = {
  slow: "the log's store does not answer",
  unreadable: "the log's store cannot be read",
  lossy: "the log's store does not take rows",
} as const;

export function createStoreWatch({
  tryReading,
  flush,
  lostRows,
  rowsArrive = () => false,
  clock,
}: StoreWatchDeps): StoreWatch {
  let record: StoreRecord = wellStore;
  // What does not answer is not asked again until it has.
  const flushing = oneAtATime(flush);
  const reading = oneAtATime(tryReading);
  let lost = lostRows();
  let endedSince = 0;
  let lossy = false;
  let stopped = false;
  let cancel = () => {};

  async function look(): Promise<string | null> {
    const ended = endedSince;
    try {
      if ((await orAfter(flushing(), longestWriteMs, clock)) === "due") return words.slow;
      const read = await orAfter(reading(), longestReadMs, clock);
      if (read === "due") return words.slow;
    } catch {
      return words.unreadable;
    }
    const now = lostRows();
    // Only a row that was taken shows that rows are taken again.
    if (now > lost) lossy = true;
    else if (ended > 0 || rowsArrive()) lossy = false;
    lost = now;
    endedSince -= ended;
    return lossy ? words.lossy : null;
  }

  async function watch(): Promise<void> {
    const startedAt = clock.now();
    const found = await look();
    if (stopped) return;
    record = looked(record, found, startedAt);
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
    losesRows: () => lossy,
    stop() {
      stopped = true;
      cancel();
    },
  };
}

/** Joins callers to the work under way instead of starting it once more. */
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () =>
    (underWay ??= work().finally(() => {
      underWay = null;
    }));
}
