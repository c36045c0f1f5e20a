// When a failing server cools down and when it is tried anew: a reducer fed by every attempt.

/** A server's record; a server without one is healthy. Times in epoch ms. */
export interface Health {
  /** Failures in a row. */
  readonly failures: number;
  /** Cool-downs in a row; each is longer than the one before. */
  readonly coolDowns: number;
  /** The end of the last cool-down; null before the first. */
  readonly coolsUntil: number | null;
  /** One request is finding out whether the server is back. */
  readonly probing: boolean;
  /** The last failure in words. */
  readonly lastError: string | null;
}

export type Standing =
  | "healthy"
  /** At the end of every candidate list. */
  | "cooling-down"
  /** Its cool-down is over: the next request probes it. */
  | "half-open"
  /** As cooling down, until the probe is back. */
  | "probing";

/** A standing as the read API names it. */
export type StandingCode = "well" | "resting" | "probe-due" | "probing";

export const standingCodes: Readonly<Record<Standing, StandingCode>> = {
  healthy: "well",
  "cooling-down": "resting",
  "half-open": "probe-due",
  probing: "probing",
};

export const standingOf: Readonly<Record<StandingCode, Standing>> = {
  well: "healthy",
  resting: "cooling-down",
  "probe-due": "half-open",
  probing: "probing",
};

export const noFailures: Health = {
  failures: 0,
  coolDowns: 0,
  coolsUntil: null,
  probing: false,
  lastError: null,
};

const failuresUntilCoolDown = 3;
const coolDownsMs = [10_000, 20_000, 30_000] as const;

export function standing(health: Health, now: number): Standing {
  if (health.coolsUntil === null) return "healthy";
  if (now < health.coolsUntil) return "cooling-down";
  return health.probing ? "probing" : "half-open";
}

/** The server answered a question of the router's own: its cool-down ends, so the next request finds out. */
export function reachable(health: Health, now: number): Health {
  return standing(health, now) === "cooling-down" ? { ...health, coolsUntil: now } : health;
}

/** A request is sent to the server. */
export function asked(health: Health, now: number): Health {
  return standing(health, now) === "half-open" ? { ...health, probing: true } : health;
}

/** An attempt failed in a way that speaks against the server. */
export function failed(health: Health, now: number, error: string): Health {
  const failures = health.failures + 1;
  const next = { ...health, failures, lastError: error };
  switch (standing(health, now)) {
    case "healthy":
      return failures >= failuresUntilCoolDown ? coolDown(next, now) : next;
    case "cooling-down":
      return next;
    case "half-open":
    case "probing":
      return coolDown(next, now);
  }
}

/** An attempt ended without a word on the server's health: the client left, or the request was at fault. */
export function undecided(health: Health): Health {
  return health.probing ? { ...health, probing: false } : health;
}

function coolDown(health: Health, now: number): Health {
  const length = coolDownsMs[Math.min(health.coolDowns, coolDownsMs.length - 1)] ?? coolDownsMs[2];
  return { ...health, coolDowns: health.coolDowns + 1, coolsUntil: now + length, probing: false };
}
