// The machine's own time, timers and chance.
import { randomUUIDv7 } from "bun";
import type { Clock, Deadlines } from "../../ports/clock.ts";

const watchedMs = 100;
const watched = new Set<Deadlines>();
let watching: ReturnType<typeof setInterval> | null = null;

function check(): void {
  if (watched.size === 0 && watching !== null) {
    clearInterval(watching);
    watching = null;
    return;
  }
  const elapsed = performance.now();
  for (const deadlines of watched) deadlines.check(elapsed);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  id: () => randomUUIDv7(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  watch(deadlines) {
    watched.add(deadlines);
    watching ??= setInterval(check, watchedMs);
  },
  unwatch(deadlines) {
    watched.delete(deadlines);
  },
  chance: () => Math.random(),
};
