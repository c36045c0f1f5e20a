// A clock that a test moves by hand.
import type { Clock } from "../../src/ports/clock.ts";

export interface HandClock extends Pick<Clock, "now" | "after"> {
  /** Moves time on, running what becomes due, in order. */
  pass(ms: number): void;
  /** Timers that wait. */
  pending(): number;
}

export function createHandClock(start = 0): HandClock {
  let time = start;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => time,
    after(ms, then) {
      const timer = { at: time + ms, run: then };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass(ms) {
      const end = time + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((timer) => timer !== due);
        time = Math.max(time, due.at);
        due.run();
      }
      time = end;
    },
    pending: () => timers.length,
  };
}
