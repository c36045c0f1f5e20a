// A clock that a test moves by hand.
import type { Clock, Deadlines } from "../../src/ports/clock.ts";

export interface HandClock extends Pick<Clock, "now" | "after" | "watch" | "unwatch"> {
  /** Moves time on, running what becomes due, in order. */
  pass(ms: number): void;
  /** Timers that wait, and whoever has its deadlines watched. */
  pending(): number;
}

export function createHandClock(start = 0): HandClock {
  let time = start;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const watched = new Set<Deadlines>();
  return {
    now: () => time,
    watch: (deadlines) => void watched.add(deadlines),
    unwatch: (deadlines) => void watched.delete(deadlines),
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
      for (const deadlines of watched) deadlines.check(time);
    },
    pending: () => timers.length + watched.size,
  };
}
