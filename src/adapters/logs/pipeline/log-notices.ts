// The states of the log that a person should act on, as notices: some until they are dismissed, some
// until they are over.
import type { Clock } from "../../../ports/clock.ts";
import type { Notice } from "../../../ports/notices.ts";
import type { Happening, HappeningKind } from "./log-engine.ts";
import type { OpenReport } from "./worker-calls.ts";

export interface LogNotices {
  happened(happening: Happening): void;
  /** @param why null: it can be opened, or was written to */
  unopened(why: string | null): void;
  /** How the search's index is. */
  search(state: OpenReport["search"]): void;
  /** @param why bodies could not be stored; null: some were */
  bodiesLost(why: string | null): void;
  current(): readonly Notice[];
}

/** Without paths: anyone may ask `/readyz`. */
const sentences: Readonly<Record<HappeningKind, string>> = {
  moved_aside:
    "The log's database could not be used: it was moved aside, and a fresh one was begun.",
  replaced: "The log's database was removed or replaced while the router ran; it was opened anew.",
  search_begun: "The log's search index was damaged, and begun anew.",
  search_off: "The log's search index is damaged.",
};

const wayOut =
  "It is tried anew every hour and at each start. Otherwise: stop the router, and let .recover of sqlite3 3.43 or newer make a new file of the database.";

/** Of a kind; the newest. */
const maxKept = 3;

export function createLogNotices(clock: Pick<Clock, "now">): LogNotices {
  let lasting: readonly Notice[] = [];
  let number = 0;
  const passing = new Map<string, Notice>();

  function passes(name: string, message: string, details: readonly string[] | null): void {
    if (details === null) passing.delete(name);
    else {
      // The same happening as long as it lasts.
      const since = passing.get(name)?.since ?? clock.now();
      passing.set(name, { id: `${name}:${since}`, message, details, since, endsByItself: true });
    }
  }

  return {
    happened({ kind, message }) {
      const since = clock.now();
      const id = `log-${kind}:${since}:${++number}`;
      lasting = [...lasting, { id, message: sentences[kind], details: [message], since }];
      const same = lasting.filter((notice) => notice.message === sentences[kind]);
      const oldest = same.length > maxKept ? same[0] : null;
      lasting = lasting.filter((notice) => notice !== oldest);
    },
    unopened(why) {
      const message = "The log's database cannot be opened: requests are routed, but not logged.";
      passes("log-unopened", message, why === null ? null : [why]);
    },
    search(state) {
      const filling =
        "The log's search index is being filled again: until it is, a search misses older requests.";
      const off = "The log's search does not work: its index is damaged. Requests are logged.";
      passes("log-search", filling, state === "filling" ? [] : null);
      passes("log-search-off", off, state === "off" ? [wayOut] : null);
    },
    bodiesLost(why) {
      const message = "Bodies of requests cannot be stored; their rows are.";
      passes("log-bodies", message, why === null ? null : [why]);
    },
    current: () => [...passing.values(), ...lasting],
  };
}
