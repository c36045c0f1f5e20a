// The calls being answered right now, held in memory so that pages and API see them, and can end them, at once.
import type { LogEntry } from "../../../domain/log/log-entry.ts";
import type { CallObserver, CallProgress } from "../../../ports/observer.ts";

export interface RunningCall {
  /** As it stands now. */
  readonly entry: LogEntry;
  readonly progress: CallProgress;
}

export interface InFlightBoard extends CallObserver {
  count(): number;
  /** Oldest first. */
  calls(): readonly RunningCall[];
  call(id: string): RunningCall | null;
  /** Ends a call as if its client had left; false where no such call is under way. */
  cancel(id: string): boolean;
  /** Resolves once no call is left. */
  empty(): Promise<void>;
}

export function createInFlightBoard(): InFlightBoard {
  const calls = new Map<string, RunningCall>();
  let waiting: (() => void)[] = [];
  return {
    started(entry, progress) {
      calls.set(entry.id, { entry, progress });
    },
    progressed(entry) {
      const call = calls.get(entry.id);
      if (call !== undefined) calls.set(entry.id, { ...call, entry });
    },
    ended(entry) {
      calls.delete(entry.id);
      if (calls.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    count: () => calls.size,
    calls: () => [...calls.values()],
    call: (id) => calls.get(id) ?? null,
    cancel(id) {
      const call = calls.get(id);
      call?.progress.cancel();
      return call !== undefined;
    },
    empty: () =>
      calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}
