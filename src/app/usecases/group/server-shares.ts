// This router's shares of servers that take a limited number of calls at once: what it says of them to the
// others, and what follows from what they say.
import { fairShares } from "../../../domain/group/shares.ts";
import { type Holding, settledHolding } from "../../../domain/group/holding.ts";
import type { Server } from "../../../domain/routing/types.ts";
import type { GroupSnapshot, Member, ServerOnBoard } from "../../../ports/group.ts";
import type { Limiter } from "../servers/limiter.ts";

export interface ServerShares {
  /** What is to be said with the next beat, by the server's name. */
  toSay(): Readonly<Record<string, ServerOnBoard>>;
  /** What was read after that was said. */
  settle(snapshot: Pick<GroupSnapshot, "selfId" | "members" | "databaseNow">): void;
  /** The group cannot be reached: what is held stays, and a server that nothing is known of takes one call. */
  unreachable(): void;
  /**
   * `now`: the others should hear of a change; `soon`: this router waits for a change of theirs.
   * Cheap enough to be asked ten times a second.
   */
  urgency(): "now" | "soon" | "none";
  /** Of a server's limit; null: it has none. */
  of(serverName: string): number | null;
}

interface SharedServer extends Holding {
  /** As it was said last; null: never. */
  readonly said: ServerOnBoard | null;
  readonly fair: number;
  /** Whether the others have been asked about it. */
  readonly isSettled: boolean;
  /** Whether calls wait at another router. */
  readonly othersWait: boolean;
}

type LimiterSide = Pick<Limiter, "load" | "share" | "takeTurnedAway">;

/** From the start on, a server that has a limit gets no call until the group, or that there is none to be reached, is known. */
export function createServerShares(
  limiter: LimiterSide,
  servers: () => Iterable<Server>,
): ServerShares {
  /** By name; what is known of the servers that have a limit. */
  let shared = new Map<string, SharedServer>();
  /** For servers that nothing is known of. */
  let unknown = 0;
  limiter.share(new Map(), unknown);

  function putInForce(): void {
    limiter.share(new Map([...shared].map(([name, { usable }]) => [name, usable])), unknown);
  }

  function loadOf(name: string): number {
    const { active, waiting } = limiter.load(name);
    return active + waiting;
  }

  /** Places that must not be given to others. */
  function heldOf(name: string, { claimed }: Holding): number {
    return Math.max(claimed, limiter.load(name).active);
  }

  return {
    toSay() {
      const next = new Map<string, SharedServer>();
      for (const { name, maxConcurrency: limit } of servers()) {
        if (limit === null) continue;
        const known = shared.get(name) ?? newTo(unknown);
        // Whoever was turned away would have been one more than the share takes.
        const least = limiter.takeTurnedAway(name) ? known.usable + 1 : 0;
        const demand = Math.max(loadOf(name), least);
        next.set(name, { ...known, said: { demand, held: heldOf(name, known), limit } });
      }
      shared = next;
      return Object.fromEntries(
        [...next].flatMap(([name, { said }]) => (said === null ? [] : [[name, said]])),
      );
    },

    settle({ selfId, members, databaseNow }) {
      unknown = 0;
      for (const [name, server] of shared) {
        const sharers = members.flatMap((member) => sharer(member, name));
        if (server.said === null || !sharers.some(({ id }) => id === selfId)) continue;
        const limit = Math.min(...sharers.map((one) => one.limit));
        const fair = fairShares(sharers, limit, databaseNow).get(selfId) ?? 0;
        const others = sharers.filter(({ id }) => id !== selfId);
        const othersHold = others.reduce((sum, { held }) => sum + held, 0);
        const othersWait = others.some(({ demand, held }) => demand > held);
        const holding = settledHolding(server, { limit, othersHold, fair });
        shared.set(name, { ...server, ...holding, fair, isSettled: true, othersWait });
      }
      putInForce();
    },

    unreachable() {
      if (unknown === 1) return;
      unknown = 1;
      for (const [name, server] of shared)
        if (!server.isSettled) shared.set(name, { ...server, ...newTo(1) });
      putInForce();
    },

    urgency() {
      // As a reload has brought it: nobody is asked before the others have heard of it.
      for (const { name, maxConcurrency } of servers())
        if (maxConcurrency !== null && !shared.has(name)) return "now";
      let soon = false;
      for (const [name, server] of shared) {
        const { said, usable, fair, othersWait } = server;
        const load = loadOf(name);
        if (said === null || said.held !== heldOf(name, server)) return "now";
        if (load > usable && said.demand <= usable) return "now";
        if (othersWait && load < Math.min(usable, said.demand)) return "now";
        soon ||= load > usable && (usable < fair || usable === 0);
      }
      return soon ? "soon" : "none";
    },

    of: (serverName) => shared.get(serverName)?.usable ?? null,
  };
}

function newTo(places: number): SharedServer {
  return {
    usable: places,
    claimed: places,
    fair: places,
    said: null,
    isSettled: false,
    othersWait: false,
  };
}

function sharer({ id, servers, leaves }: Member, name: string) {
  const server = servers[name];
  return server === undefined || leaves ? [] : [{ id, ...server }];
}
