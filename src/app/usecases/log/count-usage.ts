// Reads what answers report where there is no log whose thread would: once the answer is out, and only
// where usage may stand.
import { reportedUsage } from "../../../domain/log/reported-usage.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver, UsageObserver } from "../../../ports/observer.ts";

export function createUsageCount(
  clock: Pick<Clock, "after">,
  used: UsageObserver["used"],
): CallObserver {
  return {
    started: () => undefined,
    ended(entry, { response }) {
      clock.after(0, () => {
        used(entry, reportedUsage(response));
      });
    },
  };
}
