// Who may ask a server now and who waits: `max_concurrency` with a fair line (SPEC section 4).
import type { Server } from "../../domain/routing/types.ts";

/** Gives the place back; only the first call counts. */
export type Leave = () => void;

export interface Gate {
  /** A place at once, or null where all are taken or others wait for one. */
  tryEnter(server: Server): Leave | null;
  /**
   * A place when one comes free, first come first served.
   * @returns null at once where the line is full; `gone` where the signal fires first
   */
  wait(server: Server, callId: string, gone: AbortSignal): Promise<Leave | "gone"> | null;
  /** Calls being answered by, and waiting for, a server. */
  load(serverName: string): { readonly active: number; readonly waiting: number };
  /** Where a waiting call stands, from 1; null where it does not wait. */
  position(callId: string): { readonly upstream: string; readonly position: number } | null;
}

interface Waiter {
  readonly callId: string;
  enter(leave: Leave): void;
}

interface Door {
  active: number;
  readonly line: Waiter[];
}

export function createGate(): Gate {
  // By name, which outlives a reload of the configuration; the limits are the asking server's.
  const doors = new Map<string, Door>();

  function doorOf(name: string): Door {
    let door = doors.get(name);
    if (door === undefined) {
      door = { active: 0, line: [] };
      doors.set(name, door);
    }
    return door;
  }

  function leaver(door: Door): Leave {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = door.line.shift();
      if (next === undefined) door.active--;
      else next.enter(leaver(door));
    };
  }

  return {
    tryEnter(server) {
      const door = doorOf(server.name);
      const full = server.maxConcurrency !== null && door.active >= server.maxConcurrency;
      if (full || door.line.length > 0) return null;
      door.active++;
      return leaver(door);
    },
    wait(server, callId, gone) {
      const door = doorOf(server.name);
      if (door.line.length >= server.maxQueue) return null;
      return new Promise((resolve) => {
        const waiter: Waiter = {
          callId,
          enter(leave) {
            gone.removeEventListener("abort", giveUp);
            resolve(leave);
          },
        };
        function giveUp() {
          door.line.splice(door.line.indexOf(waiter), 1);
          gone.removeEventListener("abort", giveUp);
          resolve("gone");
        }
        door.line.push(waiter);
        gone.addEventListener("abort", giveUp);
        if (gone.aborted) giveUp();
      });
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
