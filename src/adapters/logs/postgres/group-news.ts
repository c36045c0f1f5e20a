// Which calls have just ended, called out to routers that show them, and gathered from what others call out.
// A message costs all who write to the database a moment, so there are few of them.
import type { LogRow } from "../../../ports/browse.ts";
import { mostIds } from "./group-messages.ts";

export interface OutgoingNews {
  /** To be told, where anyone is interested. */
  add(ids: readonly string[]): void;
  close(): void;
}

/** Between two messages, ms. */
const pauseMs = 250;
/** Ids that wait for the next one; older ones are left out, as nobody reads so fast. */
const mostWaiting = 10 * mostIds;

/** @param send calls out the ids, `mostIds` at a time; may reject */
export function createOutgoingNews(
  isWanted: () => boolean,
  send: (ids: readonly (readonly string[])[]) => Promise<void>,
): OutgoingNews {
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;

  function flush(): void {
    timer = undefined;
    sentAt = performance.now();
    const parts: string[][] = [];
    for (let at = 0; at < waiting.length; at += mostIds)
      parts.push(waiting.slice(at, at + mostIds));
    waiting = [];
    send(parts).catch(() => undefined); // the pages are not the log: they can be read anew
  }

  return {
    add(ids) {
      if (!isWanted()) return;
      waiting = [...waiting, ...ids].slice(-mostWaiting);
      if (waiting.length === 0 || timer !== undefined) return;
      timer = setTimeout(flush, Math.max(0, sentAt + pauseMs - performance.now()));
    },
    close() {
      clearTimeout(timer);
    },
  };
}

export interface Unseen {
  /** Rows that were not seen before, which are from now on. */
  take(rows: readonly LogRow[]): readonly LogRow[];
}

const remembered = 5_000;

/** The same call may be told of twice, and be found by looking, too. */
export function createUnseen(): Unseen {
  const seen = new Set<string>();
  return {
    take(rows) {
      const unseen = rows.filter(({ id }) => !seen.has(id));
      for (const { id } of unseen) seen.add(id);
      for (const id of seen) {
        if (seen.size <= remembered) break;
        seen.delete(id);
      }
      return unseen;
    },
  };
}
