// The calls being answered right now, held in memory so that pages and API see them, and can end them, at once.
import type { CallObserver, CallProgress } from "../../../ports/observer.ts";

export interface InFlightBoard extends CallObserver {
  count(): number;
  /** Oldest first. */
  calls(): readonly CallProgress[];
  call(id: string): CallProgress | null;
  /** Ends a call as if its client had left; false where no such call is under way. */
  cancel(id: string): boolean;
  /** Resolves once no call is left. */
  empty(): Promise<void>;
}

export function createInFlightBoard(): InFlightBoard {
  const calls = new Map<string, CallProgress>();
  let waiting: (() => void)[] = [];
  return {
    started(call) {
      calls.set(call.id, call);
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
      call?.cancel();
      return call !== undefined;
    },
    empty: () =>
      calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}
