// The read side of the log, as pages and API ask for it.
import type {
  LogDetail,
  LogFilter,
  LogPage,
  PerformancePoint,
  PeriodStats,
  PointsFilter,
} from "./browse.ts";
import type { CallCount, CallFilter, Period, PeriodQuestion } from "./periods.ts";
import type { ThreadReader } from "./threads.ts";

/** A promise rejects where the log cannot be read. */
export interface LogReader extends ThreadReader {
  /** Newest first; ids are UUIDv7, so they sort by time. */
  list(filter: LogFilter): Promise<LogPage>;
  /** null: there is no such row. */
  get(id: string): Promise<LogDetail | null>;
  /** Figures of the rows since an epoch ms; null: of all rows. */
  stats(since: number | null): Promise<PeriodStats>;
  /** Calls that have ended, newest first; of words those among the newest 5,000 that have them. */
  points(filter: PointsFilter): Promise<readonly PerformancePoint[]>;
  /** Figures of a period; by a filter that tallies do not know, of the newest 5,000 calls: see domain/log/tallied-filter.ts. */
  period(question: PeriodQuestion): Promise<Period>;
  /** How many rows there are that a filter lets through. */
  count(filter: CallFilter): Promise<CallCount>;
}
