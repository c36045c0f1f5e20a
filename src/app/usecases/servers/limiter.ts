// Who may ask a server now and who waits: `max_concurrency` with a fair line (SPEC section 4).
import type { Server } from "../../../domain/routing/types.ts";
import { onAbort } from "../relay/on-abort.ts";

/** A place at a server. Disposing of it gives the place back, once. */
export type Permit = Disposable;

export interface Gate {
  /** A place at once, or null where all are taken or others wait for one. */
  tryEnter(server: Server): Permit | null;
  /**
   * A place when one comes free, first come first served.
   * @returns null at once where the line is full; `gone` where the signal fires first
   */
  wait(server: Server, callId: string, gone: AbortSignal): Promise<Permit | "gone"> | null;
  /** The servers as a reload left them: whoever waits and now finds room enters. */
  adopt(servers: Iterable<Server>): void;
  /** Calls being answered by, and waiting for, a server. */
  load(serverName: string): { readonly active: number; readonly waiting: number };
  /** Where a waiting call stands, from 1; null where it does not wait. */
  position(callId: string): { readonly upstream: string; readonly position: number } | null;
}

interface Waiter {
  readonly callId: string;
  readonly server: Server;
  enter(permit: Permit): void;
}

interface Door {
  active: number;
  readonly line: Waiter[];
}

export function createGate(): Gate {
  // By name, which outlives a reload of the configuration.
  const doors = new Map<string, Door>();
  // Calls that were routed before a reload must not bring the old limits back.
  let reloaded: ReadonlyMap<string, Server> = new Map();

  function doorOf(name: string): Door {
    let door = doors.get(name);
    if (door === undefined) {
      door = { active: 0, line: [] };
      doors.set(name, door);
    }
    return door;
  }

  function permitFor(door: Door): Permit {
    door.active++;
    let given = false;
    return {
      [Symbol.dispose]() {
        if (given) return;
        given = true;
        door.active--;
        admit(door);
      },
    };
  }

  function full(door: Door, asking: Server): boolean {
    const { maxConcurrency } = reloaded.get(asking.name) ?? asking;
    return maxConcurrency !== null && door.active >= maxConcurrency;
  }

  function admit(door: Door): void {
    for (
      let [next] = door.line;
      next !== undefined && !full(door, next.server);
      [next] = door.line
    ) {
      door.line.shift();
      next.enter(permitFor(door));
    }
  }

  return {
    tryEnter(server) {
      const door = doorOf(server.name);
      return door.line.length > 0 || full(door, server) ? null : permitFor(door);
    },
    wait(server, callId, gone) {
      const door = doorOf(server.name);
      if (door.line.length >= server.maxQueue) return null;
      const { promise, resolve } = Promise.withResolvers<Permit | "gone">();
      const waiter: Waiter = {
        callId,
        server,
        enter(permit) {
          listening[Symbol.dispose]();
          resolve(permit);
        },
      };
      door.line.push(waiter);
      const listening = onAbort(gone, () => {
        door.line.splice(door.line.indexOf(waiter), 1);
        resolve("gone");
      });
      return promise;
    },
    adopt(servers) {
      reloaded = new Map([...servers].map((server) => [server.name, server]));
      for (const door of doors.values()) admit(door);
    },
    load(serverName) {
      const door = doors.get(serverName);
      return { active: door?.active ?? 0, waiting: door?.line.length ?? 0 };
    },
    position(callId) {
      for (const [upstream, door] of doors) {
        const index = door.line.findIndex((waiter) => waiter.callId === callId);
        if (index >= 0) return { upstream, position: index + 1 };
      }
      return null;
    },
  };
}
