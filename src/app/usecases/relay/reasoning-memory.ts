// What servers signed, remembered for clients that cannot keep it: few entries, few bytes, and not for long.
import type { ReasoningMemory, SignedTurn } from "../../../domain/protocols/neutral/signed-turn.ts";
import type { Clock } from "../../../ports/clock.ts";

export interface MemoryLimits {
  /** Calls that are known by their id. */
  readonly entries: number;
  /** Characters of what is remembered. */
  readonly size: number;
  readonly ageMs: number;
}

/** A tool loop may wait long for whoever has to approve a call; a conversation may be gone on with after lunch. */
const usual: MemoryLimits = { entries: 10_000, size: 16 * 1024 * 1024, ageMs: 24 * 3_600_000 };

interface Entry {
  readonly turn: SignedTurn;
  readonly size: number;
  readonly until: number;
}

export function createReasoningMemory(
  clock: Pick<Clock, "now">,
  limits: MemoryLimits = usual,
): ReasoningMemory {
  // What was used last stands last.
  const entries = new Map<string, Entry>();
  let size = 0;

  function remove(key: string): void {
    size -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  }

  function add(key: string, entry: Entry): void {
    remove(key);
    entries.set(key, entry);
    size += entry.size;
  }

  function shrink(): void {
    for (const key of entries.keys()) {
      if (entries.size <= limits.entries && size <= limits.size) return;
      remove(key);
    }
  }

  return {
    remember(owner, turn) {
      const until = clock.now() + limits.ageMs;
      const own = sizeOf(turn);
      for (const callId of turn.callIds) {
        const key = keyOf(owner, callId);
        add(key, { turn, size: key.length + own, until });
      }
      shrink();
    },
    recall(owner, callId) {
      const key = keyOf(owner, callId);
      const entry = entries.get(key);
      if (entry === undefined) return null;
      if (entry.until <= clock.now()) {
        remove(key);
        return null;
      }
      add(key, entry);
      return entry.turn;
    },
    forget(owner, turn) {
      for (const callId of turn.callIds) remove(keyOf(owner, callId));
    },
  };
}

function keyOf(owner: string, callId: string): string {
  return JSON.stringify([owner, callId]);
}

/** Counted for each of its calls, though they share it. */
function sizeOf({ reasoning }: SignedTurn): number {
  return reasoning.reduce((sum, { text, seal }) => sum + text.length + seal.data.length, 0);
}
