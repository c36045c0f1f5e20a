// What the current month's calls cost, for pages that many tabs ask for every second.
import { monthAt, type MonthCost } from "../../../domain/log/budget.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { PeriodReader } from "../../../ports/periods.ts";

/** ms for which the same figure is given again. */
const keptMs = 5_000;
/** Readers are in few zones. */
const mostKept = 40;

interface Kept {
  readonly at: number;
  readonly cost: Promise<MonthCost>;
}

/** @returns gives the cost of the month it is in a zone, an IANA name; rejects where the log cannot be read */
export function createMonthCost(
  browse: Pick<PeriodReader, "period">,
  clock: Pick<Clock, "now">,
): (zone: string) => Promise<MonthCost> {
  /** By when the month begins, which most zones of a country have in common. */
  const known = new Map<number, Kept>();

  return (zone) => {
    const now = clock.now();
    const month = monthAt(now, zone);
    const before = known.get(month.since);
    // A clock that went back must not keep a figure for longer.
    if (before !== undefined && Math.abs(now - before.at) < keptMs) return before.cost;
    if (known.size >= mostKept) known.clear();
    const cost = browse
      .period({ filter: { since: month.since } })
      .then(({ figures, cut }): MonthCost => ({
        ...month,
        cost: figures.cost,
        unpriced: figures.unpriced,
        isPart: cut !== undefined,
      }));
    known.set(month.since, { at: now, cost });
    cost.catch(() => known.delete(month.since));
    return cost;
  };
}
