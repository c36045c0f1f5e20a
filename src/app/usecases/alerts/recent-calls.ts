// How many calls ended and failed lately: two additions a call, in a ring of short spans.
import type { Clock } from "../../../ports/clock.ts";
import type { CallObserver } from "../../../ports/observer.ts";

export interface RecentCalls extends CallObserver {
  /** Within the last five minutes, to a tenth of a minute. */
  count(): { readonly ended: number; readonly failed: number };
}

const spanMs = 6_000;
const spans = 50;

interface Span {
  /** Which since the epoch. */
  number: number;
  ended: number;
  failed: number;
}

export function createRecentCalls(clock: Pick<Clock, "now">): RecentCalls {
  const ring: Span[] = Array.from({ length: spans }, () => ({ number: -1, ended: 0, failed: 0 }));
  return {
    started: () => undefined,
    ended({ state }) {
      const number = Math.floor(clock.now() / spanMs);
      const span = ring[number % spans];
      if (span === undefined) return;
      if (span.number !== number) Object.assign(span, { number, ended: 0, failed: 0 });
      span.ended++;
      if (state === "failed") span.failed++;
    },
    count() {
      const oldest = Math.floor(clock.now() / spanMs) - spans;
      let [ended, failed] = [0, 0];
      for (const span of ring)
        if (span.number > oldest) {
          ended += span.ended;
          failed += span.failed;
        }
      return { ended, failed };
    },
  };
}
