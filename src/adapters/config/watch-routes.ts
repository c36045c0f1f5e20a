// Watches the routes file by reading it now and then: that sees every way of saving (rename over,
// truncate and write, swapped symbolic links, bind mounts, network disks), which no notification does.
import type { RoutesSpec } from "../../domain/config/parse-routes.ts";
import type { Clock } from "../../ports/clock.ts";
import { type ConfigurationProblem, problemLine } from "./problem-line.ts";
import { type FileLook, lookAgain } from "./routes-file.ts";

/** The routes file of a loaded configuration. */
export interface RoutesSource {
  readonly path: string;
  /** What the configuration was read from. */
  readonly look: FileLook;
  /** @param required whether a missing file is a problem even where it may be missing at start */
  read(
    look: FileLook,
    required: boolean,
  ): { readonly routes: RoutesSpec } | { readonly problems: readonly ConfigurationProblem[] };
}

/** What the file says now, or what is wrong with it, a line each. */
export type RoutesReading =
  | { readonly routes: RoutesSpec }
  | { readonly problems: readonly string[] };

export interface RoutesWatch {
  /** Reads the file now, changed or not; settles once it was taken. Never rejects. */
  reload(): Promise<void>;
  stop(): void;
}

/** ms between two looks. */
const pauseMs = 400;
/** A change counts once two looks so far apart agree on it: whoever writes has then finished. */
const settleMs = 150;
/** A file that is gone or empty is most often about to be written. */
const emptySettleMs = 1_000;

/**
 * Calls `take` with every change of the file, at the latest 2 s after it.
 * A file that was there and is gone is a problem: it more often fell victim to a mistake than to a wish.
 */
export function watchRoutes(
  source: RoutesSource,
  clock: Pick<Clock, "after" | "elapsed">,
  take: (reading: RoutesReading, look: FileLook) => void,
): RoutesWatch {
  let settled = source.look;
  let existed = !("failed" in settled);
  let coming: { readonly look: FileLook; readonly since: number } | null = null;
  let cancel = () => {};
  // Counts looks begun: an older one that comes back late has nothing to say.
  let turn = 0;

  function adopt(look: FileLook): void {
    settled = look;
    coming = null;
    const reading = parsed(look);
    existed ||= !("failed" in look);
    take(reading, look);
  }

  function parsed(look: FileLook): RoutesReading {
    try {
      const reading = source.read(look, existed);
      return "problems" in reading ? { problems: reading.problems.map(problemLine) } : reading;
    } catch (bug) {
      // A running router outlives what a parser chokes on.
      return { problems: [`${source.path}: cannot be parsed: ${String(bug)}`] };
    }
  }

  /** Takes note of a look; returns the ms until the next. */
  function consider(look: FileLook): number {
    if (same(look, settled)) {
      coming = null;
      return pauseMs;
    }
    const now = clock.elapsed();
    if (coming === null || !same(look, coming.look)) {
      coming = { look, since: now };
      return settleMs;
    }
    if (now - coming.since < (isEmpty(look) ? emptySettleMs : settleMs)) return settleMs;
    adopt(look);
    return pauseMs;
  }

  function schedule(ms: number): void {
    cancel = clock.after(ms, () => {
      const mine = ++turn;
      lookAgain(source.path)
        .then((look) => {
          if (mine === turn) schedule(consider(look));
        })
        .catch((bug: unknown) => {
          throw bug; // nothing above rejects
        });
    });
  }

  schedule(pauseMs);
  return {
    async reload() {
      cancel();
      const mine = ++turn;
      const look = await lookAgain(source.path);
      if (mine !== turn) return;
      adopt(look);
      schedule(pauseMs);
    },
    stop() {
      cancel();
      turn++;
    },
  };
}

function same(a: FileLook, b: FileLook): boolean {
  if ("failed" in a || "failed" in b)
    return "failed" in a && "failed" in b && a.failed === b.failed;
  return Buffer.compare(a, b) === 0;
}

function isEmpty(look: FileLook): boolean {
  return "failed" in look || look.length === 0;
}
