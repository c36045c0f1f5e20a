// Candidates that are asked at once: when the next is asked as well, whose answer it is to be, and what
// becomes of the others. Decisions only; each is made from the state before and what has happened.

import type { EndpointKind } from "../call/endpoint.ts";

/** What has become of a candidate that was asked. */
type Place =
  /** Asked; no content yet. */
  | "running"
  /** The first with content: its answer is the one that is waited for. */
  | "ahead"
  /** Another is ahead, but what it has begun must not be lost yet. */
  | "kept"
  /** Another is ahead, and nobody waits for this one. */
  | "let-go"
  | "failed";

interface Runner {
  /** ms on a clock that never goes back. */
  readonly askedAt: number;
  /** From then on, ms without content until another is asked as well; null: none is. */
  readonly raceAfterMs: number | null;
  readonly place: Place;
}

/** In the order asked. */
export type Race = readonly Runner[];

/** Calls that only ask a model: what changes something on a server must not be done twice. */
const racedKinds: ReadonlySet<EndpointKind> = new Set<EndpointKind>([
  "chat",
  "completion",
  "embeddings",
  "embed",
  "responses",
  "messages",
  "judging",
  "media",
  "generate",
]);

export function mayRace(kind: EndpointKind): boolean {
  return racedKinds.has(kind);
}

/** A candidate is asked. */
export function entered(race: Race, askedAt: number, raceAfterMs: number | null): Race {
  return [...race, { askedAt, raceAfterMs, place: "running" }];
}

/**
 * When the next candidate is to be asked as well.
 * @param lookedAt when nobody was free last, ms; null: nobody was looked for yet
 * @returns ms, on the clock of `askedAt`; null: as things are, never
 */
export function nextAskAt(race: Race, lookedAt: number | null): number | null {
  const [alone, another] = race.filter(({ place }) => isOpen(place));
  if (alone === undefined || another !== undefined || alone.place !== "running") return null;
  const { askedAt, raceAfterMs } = alone;
  if (raceAfterMs === null) return null;
  return Math.max(askedAt, lookedAt ?? askedAt) + raceAfterMs;
}

/**
 * A candidate has its first content, or a whole answer.
 * @param runner its index
 * @param isToKeep whether one that loses, by its index, has begun what must not be lost
 */
export function tookTheLead(
  race: Race,
  runner: number,
  isToKeep: (runner: number) => boolean,
): Race {
  if (race[runner]?.place !== "running") return race;
  const ahead: Race = race.map((one, index) =>
    index === runner ? { ...one, place: "ahead" } : one,
  );
  return calledOff(ahead, isToKeep);
}

/** Nobody waits for those any more that have no content yet. @param isToKeep as `tookTheLead` */
export function calledOff(race: Race, isToKeep: (runner: number) => boolean): Race {
  return race.map((one, index) =>
    one.place === "running" ? { ...one, place: isToKeep(index) ? "kept" : "let-go" } : one,
  );
}

/** A candidate has failed. Where it was ahead, one that was kept runs again. */
export function dropped(race: Race, runner: number): Race {
  const wasAhead = race[runner]?.place === "ahead";
  return race.map((one, index) => {
    if (index === runner) return { ...one, place: "failed" };
    return wasAhead && one.place === "kept" ? { ...one, place: "running" } : one;
  });
}

/** The first byte has come from one that was kept for it. */
export function letGo(race: Race, runner: number): Race {
  return race.map((one, index) => (index === runner ? { ...one, place: "let-go" } : one));
}

/** Whether nobody is left whose answer could go to the client. */
export function isLost(race: Race): boolean {
  return !race.some(({ place }) => place === "running" || place === "ahead");
}

/**
 * Of those that failed, the one whose failure the client hears of: the later in order.
 * @param wasAsked false of one, by its index, that could not serve the call and was not even asked
 */
export function spokesman(race: Race, wasAsked: (runner: number) => boolean): number {
  const failed = [...race.keys()].filter((index) => race[index]?.place === "failed");
  return failed.findLast(wasAsked) ?? failed.at(-1) ?? 0;
}

function isOpen(place: Place): boolean {
  return place === "running" || place === "ahead" || place === "kept";
}
