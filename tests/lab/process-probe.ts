// Loaded before the router: counts its timers, and on SIGUSR2 says what is left after a full collection.
import { heapStats } from "bun:jsc";

export interface ProcessFigures {
  /** Timers that were set and have neither fired nor been cleared. */
  readonly timers: number;
  /** Objects on the JavaScript heap, after a full collection. */
  readonly objects: number;
  /** Resident memory in bytes, after a full collection. */
  readonly resident: number;
}

const waiting = new Set<unknown>();
const { setTimeout: set, clearTimeout: clear } = globalThis;

globalThis.setTimeout = Object.assign(
  (run: (...values: unknown[]) => void, ms?: number, ...values: unknown[]) => {
    const timer = set(() => {
      waiting.delete(timer);
      run(...values);
    }, ms);
    waiting.add(timer);
    return timer;
  },
  set,
) as typeof setTimeout;

globalThis.clearTimeout = ((timer: Parameters<typeof clear>[0]) => {
  waiting.delete(timer);
  clear(timer);
}) as typeof clearTimeout;

process.on("SIGUSR2", () => {
  Bun.gc(true);
  const figures: ProcessFigures = {
    timers: waiting.size,
    objects: heapStats().objectCount,
    resident: process.memoryUsage.rss(),
  };
  process.stderr.write(`probe ${JSON.stringify(figures)}\n`);
});
