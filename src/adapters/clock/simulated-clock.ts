// Time that stands still while anything goes on, and jumps to the next timer when everything waits.
import type { Clock, Deadlines } from "../../ports/clock.ts";

export interface SimulatedClock extends Clock {
  /**
   * Lets time pass until the work is done.
   * @throws an error where the work waits for what time alone does not bring
   */
  until<T>(work: Promise<T>): Promise<T>;
}

/** Between looks at watched deadlines, ms. */
const watchedMs = 250;

/** @param start epoch ms */
export function createSimulatedClock(start = 0): SimulatedClock {
  let time = start;
  let ids = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const watched = new Set<Deadlines>();

  /** @returns false where nothing waits for time to pass */
  function jump(): boolean {
    const times = [...timers].map(({ at }) => at);
    if (watched.size > 0) times.push(time + watchedMs);
    if (times.length === 0) return false;
    time = Math.max(time, Math.min(...times));
    for (const timer of [...timers].filter(({ at }) => at <= time))
      if (timers.delete(timer)) timer.run();
    for (const deadlines of watched) deadlines.check(time - start);
    return true;
  }

  return {
    now: () => time,
    elapsed: () => time - start,
    id: () => `00000000-0000-7000-8000-${(ids += 1).toString(16).padStart(12, "0")}`,
    after(ms, then) {
      const timer = { at: time + ms, run: then };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    watch: (deadlines) => void watched.add(deadlines),
    unwatch: (deadlines) => void watched.delete(deadlines),
    chance: () => 0,
    async until(work) {
      let isOver = false;
      const over = () => void (isOver = true);
      work.then(over, over);
      for (;;) {
        // Whatever can go on without time has done so.
        for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (isOver) return work;
        if (!jump()) throw new Error("waits for something that never comes");
      }
    },
  };
}
