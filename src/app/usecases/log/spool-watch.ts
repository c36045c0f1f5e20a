// How what waits here for a store that routers share stands, as it was when it was last looked at: pages,
// `/readyz` and metrics are to say so at once.
import type { Logger } from "../../../ports/logger.ts";
import type { Notice } from "../../../ports/notices.ts";
import type { SpoolReport } from "../../../ports/spool.ts";
import { spoolNotices } from "./spool-notices.ts";

export interface SpoolWatch {
  /** Looks at it now, and logs what is to be said of it. Rejects where it cannot be asked. */
  look(): Promise<void>;
  /** null: it has not been looked at yet. */
  report(): SpoolReport | null;
  /** What a person should act on. */
  notices(): readonly Notice[];
}

/** @param ask null: nothing is known of it yet */
export function createSpoolWatch(
  ask: () => Promise<SpoolReport | null>,
  logger: Pick<Logger, "warn" | "info">,
): SpoolWatch {
  let last: SpoolReport | null = null;
  return {
    async look() {
      last = (await ask()) ?? last;
      for (const { isTrouble, message } of last?.said ?? [])
        if (isTrouble) logger.warn(message);
        else logger.info(message);
      if (last !== null) last = { ...last, said: [] };
    },
    report: () => last,
    notices: () => (last === null ? [] : spoolNotices(last)),
  };
}
