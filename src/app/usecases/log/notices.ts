// Every state a person should act on, in words, less what was dismissed: a routes file, a store that fails, rows that are gone.
import type { Notice, Notices, NoticeSource } from "../../../ports/notices.ts";
import type { RoutesTrouble } from "../servers/reload-routes.ts";

/** @param sources the most urgent first */
export function createNotices(sources: readonly NoticeSource[]): Notices {
  let dismissed: ReadonlySet<string> = new Set();
  const known = (): readonly Notice[] => sources.flatMap((source) => source());
  return {
    current: () => known().filter(({ id }) => !dismissed.has(id)),
    dismiss(id) {
      const lasting = known().filter(({ endsByItself }) => endsByItself !== true);
      // Kept for what still holds only: a state that is over needs no memory, and ids never pile up.
      dismissed = new Set(
        lasting.map((notice) => notice.id).filter((own) => own === id || dismissed.has(own)),
      );
    },
  };
}

/** The routes file on disk is not the one in force. */
export function routesNotice(trouble: RoutesTrouble | null): readonly Notice[] {
  if (trouble === null) return [];
  return [
    {
      id: `routes-file:${trouble.since}`,
      message: "The routes file on disk is not valid; the one before stays in force.",
      details: trouble.problems,
      since: trouble.since,
      endsByItself: true,
    },
  ];
}

export interface LogTrouble {
  /** Why the store makes the router not ready; null where it does not. */
  readonly trouble: string | null;
  /** Why the last rows could not be written, in the system's words; null where they were. */
  readonly failure: string | null;
  /** Rows lost since start, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** As SQLite and POSIX put it. */
const fullDisk = /disk is full|no space left|ENOSPC|EDQUOT|quota exceeded/i;

/** While rows are being lost the failing store says so; afterwards the loss stays until dismissed. */
export function logNotices({ trouble, failure, dropped }: LogTrouble): readonly Notice[] {
  const lost = Object.entries(dropped).filter(([, count]) => count > 0);
  const count = lost.reduce((sum, [, one]) => sum + one, 0);
  const losses = lost.map(([reason, one]) => `${one.toLocaleString("en-US")} (${reason})`);
  const happens = whatHappens(trouble, failure);
  if (happens !== null)
    return [
      {
        id: "log-store",
        message: `${happens} Requests are still routed.`,
        details: [
          ...(failure === null ? [] : [failure]),
          ...(count === 0 ? [] : [`Rows lost so far: ${losses.join(", ")}`]),
        ],
        endsByItself: true,
      },
    ];
  if (count === 0) return [];
  const message = "The log lost rows since the start. Traffic is not affected.";
  return [{ id: `rows-lost:${count}`, message, details: [`Rows lost: ${losses.join(", ")}`] }];
}

function whatHappens(trouble: string | null, failure: string | null): string | null {
  if (failure !== null && fullDisk.test(failure))
    return "The disk is full: the log's rows cannot be written.";
  if (failure !== null) return "The log's rows cannot be written.";
  return trouble === null ? null : `${trouble.slice(0, 1).toUpperCase()}${trouble.slice(1)}.`;
}
