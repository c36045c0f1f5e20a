// The calls being answered right now, held in memory so that pages and API see them at once.
import type { LogEntry } from "../../domain/log-entry.ts";
import type { CallObserver } from "../../ports/observer.ts";

export interface InFlightBoard extends CallObserver {
  count(): number;
  /** Oldest first. */
  entries(): readonly LogEntry[];
  /** Resolves once no call is left. */
  empty(): Promise<void>;
}

export function createInFlightBoard(): InFlightBoard {
  const calls = new Map<string, LogEntry>();
  let waiting: (() => void)[] = [];
  return {
    started(entry) {
      calls.set(entry.id, entry);
    },
    ended(entry) {
      calls.delete(entry.id);
      if (calls.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    count: () => calls.size,
    entries: () => [...calls.values()],
    empty: () =>
      calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}
