// The system's clock for a log whose limits on waiting never pass: on a busy machine all take longer.
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import type { Clock } from "../../src/ports/clock.ts";

/** The shortest limit, ms; the timers of batches are shorter by far. */
const shortestLimitMs = 100;

export const patientClock: Pick<Clock, "now" | "after"> = {
  now: () => systemClock.now(),
  after: (ms, then) => (ms < shortestLimitMs ? systemClock.after(ms, then) : () => {}),
};
