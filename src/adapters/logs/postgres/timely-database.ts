// Reads of a database that may be away: they are not waited for, and say since when it is.
import { SilentServer } from "./client.ts";
import { explainFailure } from "./failures.ts";

/** The database has answered; what comes next takes up to that many ms more than a read usually may. */
export type MoreTime = (ms: number) => void;

export interface TimelyDatabase {
  /**
   * @param elsewhereMs that the read may take besides, waiting for another than the database
   * @throws an error in words where the read fails, or takes too long
   */
  read<T>(ask: (more: MoreTime) => Promise<T>, elsewhereMs?: number): Promise<T>;
}

/** ms; whoever looks at a page goes away after a few. */
const longestMs = 2_000;

/** @param now epoch ms */
export function createTimelyDatabase(now: () => number): TimelyDatabase {
  let awaySince: number | null = null;

  function failure(error: unknown, begunAt: number): Error {
    const { kind, message } = explainFailure(error);
    if (kind === "entry") return new Error(message, { cause: error });
    awaySince ??= begunAt;
    const since = new Date(awaySince).toISOString().slice(0, 19);
    return new Error(`not reachable since ${since}Z: ${message}`, { cause: error });
  }

  return {
    async read(ask, elsewhereMs = 0) {
      const begunAt = now();
      const late = Promise.withResolvers<never>();
      const lateAfter = (ms: number) => setTimeout(() => late.reject(new SilentServer(ms)), ms);
      let timer = lateAfter(longestMs + elsewhereMs);
      const more = (ms: number) => {
        clearTimeout(timer);
        timer = lateAfter(longestMs + elsewhereMs + ms);
      };
      try {
        const read = await Promise.race([ask(more), late.promise]);
        awaySince = null;
        return read;
      } catch (error) {
        throw failure(error, begunAt);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
