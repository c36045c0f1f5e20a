// The read side for API and pages: the log's rows and figures, with what only the running process knows.
import type { Browse, Today } from "../../../ports/browse.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { LogReader } from "../../../ports/log-reader.ts";
import type { LiveView } from "./live-view.ts";

export interface BrowseOptions {
  readonly reader: LogReader;
  readonly clock: Pick<Clock, "now">;
  /** What only the running process knows. */
  readonly live: LiveView;
  /** Rows the log had to drop since start, by reason. */
  readonly droppedRows: () => Readonly<Record<string, number>>;
  /** Bodies the log had to drop since start, though it has their rows. */
  readonly droppedBodies: () => number;
}

const dayMs = 86_400_000;

/** The driving port of the read side over a log. */
export function createBrowse(options: BrowseOptions): Browse {
  const { reader, clock, live, droppedRows, droppedBodies } = options;

  async function today(): Promise<Today> {
    return {
      last_24h: await reader.stats(clock.now() - dayMs),
      inflight: live.count(),
      dropped_rows: droppedRows(),
      dropped_bodies: droppedBodies(),
    };
  }

  return {
    list: (filter) => reader.list(filter),
    async get(id) {
      const detail = await reader.get(id);
      // The log has the bodies when the call has ended; until then the call itself shows them.
      const bodies = detail?.state === "inflight" ? live.bodies(id) : null;
      return detail === null || bodies === null ? detail : { ...detail, ...bodies };
    },
    async stats() {
      const [total, last] = await Promise.all([reader.stats(null), today()]);
      return { total, ...last };
    },
    today,
    performance: async (filter) => ({ points: await reader.points(filter) }),
    inFlight: () => live.inFlight(),
    upstreams: () => live.upstreams(),
  };
}
