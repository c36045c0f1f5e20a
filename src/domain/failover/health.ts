// When a failing server rests and when it is tried again: a reducer fed by every attempt.

/** A server's record; a server without one is well. Times in epoch ms. */
export interface Health {
  /** Failures in a row. */
  readonly failures: number;
  /** Rests in a row; each is longer than the one before. */
  readonly rests: number;
  /** The end of the last rest; null before the first. */
  readonly restUntil: number | null;
  /** One request is finding out whether the server is back. */
  readonly probing: boolean;
  /** The last failure in words. */
  readonly lastError: string | null;
}

export type Standing =
  | "well"
  /** At the end of every candidate list. */
  | "resting"
  /** Its rest is over: the next request probes it. */
  | "probe-due"
  /** As resting, until the probe is back. */
  | "probing";

export const wellHealth: Health = {
  failures: 0,
  rests: 0,
  restUntil: null,
  probing: false,
  lastError: null,
};

const failuresUntilRest = 3;
const restsMs = [10_000, 20_000, 30_000] as const;

export function standing(health: Health, now: number): Standing {
  if (health.restUntil === null) return "well";
  if (now < health.restUntil) return "resting";
  return health.probing ? "probing" : "probe-due";
}

/** The server answered a question of the router's own: its rest ends, so the next request finds out. */
export function reachable(health: Health, now: number): Health {
  return standing(health, now) === "resting" ? { ...health, restUntil: now } : health;
}

/** A request is sent to the server. */
export function asked(health: Health, now: number): Health {
  return standing(health, now) === "probe-due" ? { ...health, probing: true } : health;
}

/** An attempt failed in a way that speaks against the server. */
export function failed(health: Health, now: number, error: string): Health {
  const failures = health.failures + 1;
  const next = { ...health, failures, lastError: error };
  switch (standing(health, now)) {
    case "well":
      return failures >= failuresUntilRest ? rest(next, now) : next;
    case "resting":
      return next;
    case "probe-due":
    case "probing":
      return rest(next, now);
  }
}

/** An attempt ended without a word on the server's health: the client left, or the request was at fault. */
export function undecided(health: Health): Health {
  return health.probing ? { ...health, probing: false } : health;
}

function rest(health: Health, now: number): Health {
  const length = restsMs[Math.min(health.rests, restsMs.length - 1)] ?? restsMs[2];
  return { ...health, rests: health.rests + 1, restUntil: now + length, probing: false };
}
