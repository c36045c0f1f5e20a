// A group of routers on a hand clock, each a limiter, its shares and its heartbeat, around a database
// that answers late or not at all, and a server that counts what it answers at once.
import { createCancellation } from "../../../../src/app/usecases/cancellation.ts";
import { createMembership } from "../../../../src/app/usecases/group/membership.ts";
import { createServerShares } from "../../../../src/app/usecases/group/server-shares.ts";
import { createLimiter, type Permit } from "../../../../src/app/usecases/servers/limiter.ts";
import type { Server } from "../../../../src/domain/routing/types.ts";
import type { Board, Group, Heard, Member } from "../../../../src/ports/group.ts";
import { createHandClock, type HandClock } from "../../../lab/hand-clock.ts";
import type { Random } from "../../../lab/random.ts";
import { routingOf } from "../../../lab/routing-of.ts";

export interface SimulatedGroup {
  readonly clock: HandClock;
  /** Calls that the server answers now. */
  active(): number;
  /** The most that it ever answered at once. */
  most(): number;
  join(): SimulatedRouter;
  /** Lets time pass in steps small enough for every message. */
  pass(ms: number, each?: () => void): Promise<void>;
  database: { reachable: boolean };
}

export interface SimulatedRouter {
  readonly id: string;
  /** Sends a call that takes so long once it may. */
  call(ms: number): void;
  active(): number;
  waiting(): number;
  /** Calls that the server has answered for it. */
  served(): number;
  share(): number | null;
  leave(): void;
  /** As kill -9: its calls end, and it says nothing. */
  die(): void;
}

const stepMs = 20;
const goneMs = 15_000;
const never = createCancellation(null, { report: () => undefined });

/**
 * @param lateMs how late the database is at most, in each direction
 * @param isHeard whether members hear each other call
 */
export function simulateGroup(
  limit: number,
  random: Random,
  lateMs: number,
  isHeard = false,
): SimulatedGroup {
  const clock = createHandClock(1_000_000);
  const rows = new Map<string, Member>();
  const listeners = new Map<string, (heard: Heard) => void>();
  const database = { reachable: true };
  const routing = routingOf(`
servers: { gpu: { url: "http://gpu:1", max_concurrency: ${limit}, max_queue: 100000 } }`);
  const gpu: Server = routing.servers.get("gpu")!;
  let [active, most, made] = [0, 0, 0];

  function late(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(random.int(0, lateMs), resolve);
    return promise;
  }

  function groupFor(id: string, isAlive: () => boolean): Pick<Group, "beat" | "hear" | "call"> {
    return {
      async beat(board: Board) {
        await late();
        if (!isAlive()) return new Promise(() => undefined);
        if (!database.reachable) throw new Error("away");
        const backlog = { rows: 0, bytes: 0, lagMs: 0 };
        const about = { id, name: id, version: "1", startedAt: 0, seenAt: clock.now(), backlog };
        rows.set(id, { ...about, ...board });
        await late();
        if (!database.reachable) throw new Error("away");
        const now = clock.now();
        const members = [...rows.values()].filter(
          (one) => !one.leaves && now - one.seenAt < goneMs,
        );
        await late();
        return {
          groupId: "group",
          selfId: id,
          members,
          databaseNow: now,
          ownNow: now,
          cancelled: [],
        };
      },
      hear: () => new Promise((resolve) => listeners.set(id, resolve)),
      async call() {
        await late();
        for (const [member, heard] of isHeard ? listeners : [])
          if (member !== id) heard({ ended: [], cancelled: [], beat: true });
      },
    };
  }

  function join(): SimulatedRouter {
    const id = `router-${(made * 37) % 100}-${made++}`;
    const limiter = createLimiter();
    const shares = createServerShares(limiter, () => [gpu]);
    let [alive, served] = [true, 0];
    const running = new Set<{ end(): void }>();
    const membership = createMembership({
      group: groupFor(id, () => alive),
      shares,
      clock: {
        elapsed: () => clock.now(),
        after: (ms, then) => clock.after(ms, () => alive && then()),
      },
      board: () => ({ routesHash: null, secretHash: null, watching: false }),
      cancel: () => undefined,
      ended: () => undefined,
      seen: () => undefined,
    });

    function run(permit: Permit, ms: number): void {
      if (!alive) return;
      most = Math.max(most, ++active);
      const call = {
        end() {
          cancel();
          if (!running.delete(call)) return;
          active--;
          served++;
          permit[Symbol.dispose]();
        },
      };
      const cancel = clock.after(ms, () => {
        call.end();
      });
      running.add(call);
    }

    return {
      id,
      call(ms) {
        const permit = limiter.tryAcquire(gpu);
        if (permit !== null) run(permit, ms);
        else
          limiter
            .queue(gpu, "call", never)
            ?.then((granted) => {
              if (granted !== null) run(granted, ms);
            })
            .catch(fail);
      },
      active: () => running.size,
      waiting: () => limiter.load("gpu").waiting,
      served: () => served,
      share: () => shares.of("gpu"),
      leave() {
        membership.leave().catch(fail);
      },
      die() {
        alive = false;
        for (const call of running) call.end();
      },
    };
  }

  return {
    clock,
    database,
    active: () => active,
    most: () => most,
    join,
    async pass(ms, each = () => undefined) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        each();
        clock.pass(stepMs);
        // As many turns as the longest chain of promises between two timers takes.
        for (let turn = 0; turn < 12; turn++) await Promise.resolve();
      }
    },
  };
}

function fail(error: unknown): never {
  throw error;
}
