// What a spool that is full gives up for what comes. Errors are what people look for: of successes
// first the bodies go and then the rows, and an error's row only once no success's row waits.

/** Kinds of what waits, each of which is removed by whole batches. */
export type Removable = "starts" | "successBodies" | "successes" | "failureBodies";

/** Bytes. */
export interface Waiting extends Readonly<Record<Removable, number>> {
  /** All of it, what cannot be removed as it may have been sent included. */
  readonly all: number;
}

/** Parts of a flush: `successes` and `failures` are rows without their bodies. */
export type FlushPart = "starts" | "successes" | "successBodies" | "failures" | "failureBodies";

/** Bytes. */
export type Coming = Readonly<Record<FlushPart, number>>;

export interface RoomPlan {
  /** What of the flush is left out. */
  readonly leaveOut: ReadonlySet<FlushPart>;
  /** What goes for it, in this order, the newest of each first: at least so many bytes, or all there are. */
  readonly remove: readonly { readonly what: Removable; readonly bytes: number }[];
}

/** Of the limit. */
const bodiesUpTo = 0.8;

/** Whether bodies of successes, and starts, are still taken in. */
export function takesBodies(waitingBytes: number, maxBytes: number): boolean {
  return waitingBytes < maxBytes * bodiesUpTo;
}

/** Of all parts together. */
export function bytesOf(parts: Coming): number {
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
}

type Step = { readonly leaveOut: FlushPart } | { readonly remove: Removable };

/** In the order in which things are given up. A start costs nothing: the call's end brings the whole row. */
const steps: readonly Step[] = [
  { leaveOut: "starts" },
  { leaveOut: "successBodies" },
  { remove: "starts" },
  { remove: "successBodies" },
  { leaveOut: "successes" },
  { remove: "successes" },
  { leaveOut: "failureBodies" },
  { remove: "failureBodies" },
  { leaveOut: "failures" },
];

/** What has to go so that the rest of the flush fits. */
export function makeRoom(waiting: Waiting, coming: Coming, maxBytes: number): RoomPlan {
  let excess = waiting.all + bytesOf(coming) - maxBytes;
  const leaveOut = new Set<FlushPart>();
  const remove: { what: Removable; bytes: number }[] = [];
  for (const step of steps) {
    if (excess <= 0) break;
    if ("leaveOut" in step) {
      if (coming[step.leaveOut] > 0) leaveOut.add(step.leaveOut);
      excess -= coming[step.leaveOut];
    } else if (waiting[step.remove] > 0) {
      remove.push({ what: step.remove, bytes: Math.min(excess, waiting[step.remove]) });
      excess -= waiting[step.remove];
    }
  }
  return { leaveOut, remove };
}
