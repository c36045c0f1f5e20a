// Reads what answers report where there is no log whose thread would: once the answer is out, for all
// calls that have ended meanwhile, and only where usage may stand.
import type { CapturedBody, LogEntry } from "../../../domain/log/log-entry.ts";
import { reportedUsage } from "../../../domain/log/reported-usage.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver, UsageObserver } from "../../../ports/observer.ts";

/** @param used is called once for each call that ended; what it cost is the log's to know */
export function createUsageCount(
  clock: Pick<Clock, "after">,
  used: UsageObserver["used"],
): CallObserver {
  let ended: { readonly entry: LogEntry; readonly response: CapturedBody | null }[] = [];

  function readAll(): void {
    const calls = ended;
    ended = [];
    for (const { entry, response } of calls) used(entry, reportedUsage(response), null);
  }

  return {
    started: () => undefined,
    ended(entry, { response }) {
      if (ended.push({ entry, response }) === 1) clock.after(0, readAll);
    },
  };
}
