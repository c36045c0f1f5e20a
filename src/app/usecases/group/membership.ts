// This router among those that share its database: says every two seconds that it is there, and sooner
// where that helps; and does what the others ask of it.
import type { Board, Group, GroupSnapshot, Heard, Member } from "../../../ports/group.ts";
import type { Clock } from "../../../ports/clock.ts";
import { orAfter } from "../or-after.ts";
import { createAwaitedMembers } from "./awaited-members.ts";
import type { ServerShares } from "./server-shares.ts";

export interface Membership {
  /** What was read last; null: nothing yet. It stays while the database cannot be reached. */
  snapshot(): GroupSnapshot | null;
  /** Every member but this router, as it was seen last. */
  others(): readonly Member[];
  /** Says that this router goes, unless the database is silent. Never rejects. */
  leave(): Promise<void>;
}

export interface MembershipDeps {
  readonly group: Pick<Group, "beat" | "hear" | "call">;
  readonly shares: Pick<ServerShares, "toSay" | "settle" | "unreachable" | "urgency">;
  readonly clock: Pick<Clock, "elapsed" | "after">;
  /** What else there is to say. */
  readonly board: () => Omit<Board, "servers" | "leaves">;
  /** Ends a call of this router. */
  readonly cancel: (callId: string) => void;
  /** Calls of others have ended. */
  readonly ended: (heard: Heard["ended"]) => void;
  readonly seen: (snapshot: GroupSnapshot) => void;
}

/** Between two looks at whether there is something to say, ms. */
const lookMs = 100;
const beatMs = 2_000;
/** Between two beats while others are to change something. */
const soonMs = 300;
/** Between two times that the others are asked to beat. */
const callMs = 250;
/** Without an answer for so long the database counts as out of reach. Not sooner: until then a router that starts takes no place, which another may have. */
const silentMs = 5_000;
/** A router that goes does not wait longer to say so. */
const farewellMs = 2_000;

export function createMembership(deps: MembershipDeps): Membership {
  const { group, shares, clock, board } = deps;
  const awaited = createAwaitedMembers(clock);
  let snapshot: GroupSnapshot | null = null;
  let beatenAt = Number.NEGATIVE_INFINITY;
  let calledAt = Number.NEGATIVE_INFINITY;
  /** The last beat brought no answer. */
  let failed = false;
  let beating: Promise<void> | null = null;
  let called = false;
  /** What the others know of it. */
  let saidWatching = false;
  let left = false;
  let cancelLook = () => {};

  function beat(leaves: boolean): Promise<void> {
    const own = sayAndRead(leaves).finally(() => {
      beating = null;
    });
    beating = own;
    return own;
  }

  async function sayAndRead(leaves: boolean): Promise<void> {
    called = false;
    beatenAt = clock.elapsed();
    const own = board();
    const isUrgent = shares.urgency() === "now" || isNewlyWatching();
    saidWatching = own.watching;
    const cancelSilence = clock.after(silentMs, lost);
    try {
      const answer = await group.beat({ ...own, servers: shares.toSay(), leaves });
      const read = { ...answer, members: awaited.withAwaited(answer.members) };
      snapshot = read;
      failed = false;
      for (const id of read.cancelled) deps.cancel(id);
      shares.settle(read);
      deps.seen(read);
      if (isUrgent && read.members.length > 1) await callOthers();
    } catch {
      failed = true;
      lost();
    } finally {
      cancelSilence();
    }
  }

  function lost(): void {
    awaited.lost(snapshot?.members ?? []);
    shares.unreachable();
  }

  async function callOthers(): Promise<void> {
    if (clock.elapsed() - calledAt < callMs) return;
    calledAt = clock.elapsed();
    await group.call();
  }

  /** The others are to know soon that somebody would like to see their calls. */
  function isNewlyWatching(): boolean {
    return !saidWatching && board().watching;
  }

  function isDue(): boolean {
    if (beating !== null) return false;
    const since = clock.elapsed() - beatenAt;
    if (since >= beatMs) return true;
    if (failed) return false;
    if (called || isNewlyWatching()) return true;
    const urgency = shares.urgency();
    return urgency === "now" || (urgency === "soon" && since >= soonMs);
  }

  function look(): void {
    if (left) return;
    cancelLook = clock.after(lookMs, look);
    if (isDue()) beat(false).catch(fault);
  }

  async function listen(): Promise<void> {
    while (!left) {
      const heard = await group.hear().catch(() => "failed" as const);
      if (heard === null) return;
      if (heard === "failed") {
        const pause = Promise.withResolvers<void>();
        clock.after(beatMs, pause.resolve);
        await pause.promise;
        continue;
      }
      for (const id of heard.cancelled) deps.cancel(id);
      if (heard.ended.length > 0) deps.ended(heard.ended);
      called ||= heard.beat;
    }
  }

  look();
  listen().catch(fault);
  return {
    snapshot: () => snapshot,
    others: () =>
      snapshot === null ? [] : snapshot.members.filter(({ id }) => id !== snapshot?.selfId),
    async leave() {
      left = true;
      cancelLook();
      if (snapshot === null || failed) return;
      await orAfter(
        Promise.resolve(beating).then(() => beat(true)),
        farewellMs,
        clock,
      );
    },
  };
}

/** Nothing above rejects: a bug. */
function fault(error: unknown): never {
  throw error instanceof Error
    ? error
    : new Error("the group's heartbeat failed", { cause: error });
}
