// Who may ask a server now and who waits: `max_concurrency` permits, and a fair queue for them.
import type { Server } from "../../../domain/routing/types.ts";
import type { Cancellation } from "../cancellation.ts";

/** Leave to ask a server. Disposing of it gives it back, once. */
export type Permit = Disposable;

export interface Limiter {
  /** A permit at once, or null where all are taken or others wait for one. */
  tryAcquire(server: Server): Permit | null;
  /**
   * A permit when one comes free, first come first served; null where the call is cancelled first.
   * @returns null at once where the queue is full
   */
  queue(server: Server, callId: string, cancellation: Cancellation): Promise<Permit | null> | null;
  /** The servers as a reload left them: calls in a queue that now finds room get their permits. */
  adopt(servers: Iterable<Server>): void;
  /**
   * From now on a server that has a limit is asked for so many calls at once at most, by its name, and one
   * that is not named for `others`. Where more are under way, none is sent until they have ended.
   */
  share(shares: ReadonlyMap<string, number>, others: number): void;
  /** Calls being answered by a server, and queued for it. */
  load(serverName: string): { readonly active: number; readonly waiting: number };
  /** The number of a server's last permit among all that were given; 0: it had none yet. */
  turn(serverName: string): number;
  /** Whether a call would have to wait for the server. */
  isFull(server: Server): boolean;
  /** Where a queued call stands, from 1; null where it does not wait. */
  position(callId: string): { readonly upstream: string; readonly position: number } | null;
  /** Whether a call found no place at a server since this was asked last, and did not wait for one. */
  takeTurnedAway(serverName: string): boolean;
}

interface QueuedCall {
  readonly callId: string;
  readonly server: Server;
  grant(permit: Permit): void;
}

/** What is taken of a server, and who waits for it. */
interface Usage {
  active: number;
  /** See `Limiter.turn`. */
  turn: number;
  /** Below the server's own limit, where others share it. */
  share: number;
  /** See `takeTurnedAway`. */
  turnedAway: boolean;
  readonly queue: QueuedCall[];
}

export function createLimiter(): Limiter {
  // By name, which outlives a reload of the configuration.
  const usages = new Map<string, Usage>();
  // Calls that were routed before a reload must not bring the old limits back.
  let reloaded: ReadonlyMap<string, Server> = new Map();
  let shares: ReadonlyMap<string, number> = new Map();
  let others = Number.POSITIVE_INFINITY;
  let permits = 0;

  function usageOf(name: string): Usage {
    let usage = usages.get(name);
    if (usage === undefined) {
      const share = shares.get(name) ?? others;
      usage = { active: 0, turn: 0, share, turnedAway: false, queue: [] };
      usages.set(name, usage);
    }
    return usage;
  }

  function permitFor(usage: Usage): Permit {
    usage.active++;
    usage.turn = ++permits;
    return new GivenPermit(usage, grantNext);
  }

  function full(usage: Usage, asking: Server): boolean {
    const { maxConcurrency } = reloaded.get(asking.name) ?? asking;
    return maxConcurrency !== null && usage.active >= Math.min(maxConcurrency, usage.share);
  }

  function grantNext(usage: Usage): void {
    for (
      let [next] = usage.queue;
      next !== undefined && !full(usage, next.server);
      [next] = usage.queue
    ) {
      usage.queue.shift();
      next.grant(permitFor(usage));
    }
  }

  return {
    tryAcquire(server) {
      const usage = usageOf(server.name);
      if (usage.queue.length === 0 && !full(usage, server)) return permitFor(usage);
      usage.turnedAway = true;
      return null;
    },
    queue(server, callId, cancellation) {
      const { queue } = usageOf(server.name);
      if (queue.length >= server.maxQueue) return null;
      const { promise, resolve } = Promise.withResolvers<Permit | null>();
      const queued: QueuedCall = {
        callId,
        server,
        grant(permit) {
          listening[Symbol.dispose]();
          resolve(permit);
        },
      };
      queue.push(queued);
      const listening = cancellation.onCancel(() => {
        queue.splice(queue.indexOf(queued), 1);
        resolve(null);
      });
      return promise;
    },
    adopt(servers) {
      reloaded = new Map([...servers].map((server) => [server.name, server]));
      for (const usage of usages.values()) grantNext(usage);
    },
    share(ofServers, ofOthers) {
      shares = ofServers;
      others = ofOthers;
      for (const [name, usage] of usages) {
        usage.share = shares.get(name) ?? others;
        grantNext(usage);
      }
    },
    turn: (serverName) => usages.get(serverName)?.turn ?? 0,
    isFull(server) {
      const usage = usages.get(server.name);
      return usage !== undefined && (usage.queue.length > 0 || full(usage, server));
    },
    takeTurnedAway(serverName) {
      const usage = usages.get(serverName);
      const turnedAway = usage?.turnedAway ?? false;
      if (usage !== undefined) usage.turnedAway = false;
      return turnedAway;
    },
    load(serverName) {
      const usage = usages.get(serverName);
      return { active: usage?.active ?? 0, waiting: usage?.queue.length ?? 0 };
    },
    position(callId) {
      for (const [upstream, { queue }] of usages) {
        const index = queue.findIndex((queued) => queued.callId === callId);
        if (index >= 0) return { upstream, position: index + 1 };
      }
      return null;
    },
  };
}

class GivenPermit implements Permit {
  readonly #usage: Usage;
  readonly #grantNext: (usage: Usage) => void;
  #givenBack = false;

  constructor(usage: Usage, grantNext: (usage: Usage) => void) {
    this.#usage = usage;
    this.#grantNext = grantNext;
  }

  [Symbol.dispose](): void {
    if (this.#givenBack) return;
    this.#givenBack = true;
    this.#usage.active--;
    this.#grantNext(this.#usage);
  }
}
