// The read side for API and pages: the log's rows and figures, with what only the running process knows.
import type { Browse, LogFilter, LogPage, Today } from "../../../ports/browse.ts";
import type { Period, PeriodReader } from "../../../ports/periods.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { BrowseThreads } from "../../../ports/threads.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { GroupView } from "../group/group-view.ts";
import type { LiveView } from "./live-view.ts";
import { threadOfCalls } from "./thread-of-calls.ts";

export interface BrowseOptions {
  readonly reader: LogReader;
  readonly clock: Pick<Clock, "now">;
  /** What only the running process knows. */
  readonly live: LiveView;
  /** Says which router a row is of; null: the log is this router's own. */
  readonly group: Pick<GroupView, "withRouters"> | null;
  /** Rows the log had to drop since start, by reason. */
  readonly droppedRows: () => Readonly<Record<string, number>>;
  /** Bodies the log had to drop since start, though it has their rows. */
  readonly droppedBodies: () => number;
}

const dayMs = 86_400_000;
const rowsAtOnce = 500;
/** ms for which figures are given again, and how many. */
const keptMs = 2_000;
const mostKept = 16;

/** The driving port of the read side over a log. */
export function createBrowse(options: BrowseOptions): Browse & PeriodReader & BrowseThreads {
  const { reader, clock, live, group, droppedRows, droppedBodies } = options;

  async function today(): Promise<Today> {
    const last = reader.stats(clock.now() - dayMs);
    const running = group === null ? live.count() : (await live.inFlight()).inflight.length;
    return {
      last_24h: await last,
      inflight: running,
      dropped_rows: droppedRows(),
      dropped_bodies: droppedBodies(),
    };
  }

  const periods = new Map<string, { readonly at: number; readonly period: Promise<Period> }>();

  async function list(filter: LogFilter): Promise<LogPage> {
    const page = await reader.list(filter);
    return group === null ? page : { ...page, logs: await group.withRouters(page.logs) };
  }

  const callsOf = (thread: string): Promise<LogPage> => list({ thread, limit: rowsAtOnce });

  return {
    list,
    threads: (filter) => reader.threads(filter),
    threadRow: async (id) =>
      (await reader.thread(id)) ?? threadOfCalls(id, (await callsOf(id)).logs),
    async thread(id) {
      const [thread, page] = await Promise.all([reader.thread(id), callsOf(id)]);
      const sums = thread ?? threadOfCalls(id, page.logs);
      return sums === null ? null : { ...sums, ...page };
    },
    async get(id) {
      const detail = await reader.get(id);
      // The log has the bodies when the call has ended; until then the call itself shows them.
      const bodies = detail?.state === "inflight" ? live.bodies(id) : null;
      const whole = detail === null || bodies === null ? detail : { ...detail, ...bodies };
      const [row = null] =
        whole === null || group === null ? [whole] : await group.withRouters([whole]);
      return row;
    },
    async stats() {
      const [total, last] = await Promise.all([reader.stats(null), today()]);
      return { total, ...last };
    },
    today,
    period(question) {
      const now = clock.now();
      const key = JSON.stringify(question);
      const known = periods.get(key);
      if (known !== undefined && now - known.at < keptMs) return known.period;
      const period = reader.period(question);
      period.catch(() => periods.delete(key));
      periods.delete(key);
      periods.set(key, { at: now, period });
      const [oldest] = periods.keys();
      if (periods.size > mostKept && oldest !== undefined) periods.delete(oldest);
      return period;
    },
    count: (filter) => reader.count(filter),
    performance: async (filter) => ({ points: await reader.points(filter) }),
    inFlight: () => live.inFlight(),
    upstreams: () => live.upstreams(),
  };
}
