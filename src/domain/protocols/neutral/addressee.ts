// Who gets a request, as far as reasoning goes: what it made goes back to it, be it in the request or remembered.
import { isMadeBy, type Maker, type Seal } from "./seal.ts";
import type { ReasoningMemory, SignedTurn } from "./signed-turn.ts";

export interface Addressee {
  /** Whether it made what is sealed so, and takes it back. */
  takesBack(seal: Seal): boolean;
  /** What it signed in the turn of a call, which the client could not keep; null: nothing is known. */
  recall(callId: string): SignedTurn | null;
}

export interface WatchedAddressee extends Addressee {
  /** Something went back to it, which it may refuse. */
  got(): boolean;
  /** It refuses what it got: what was remembered of that is forgotten. */
  refused(): void;
}

/**
 * @param owner of the call; asked for where something may be remembered
 * @param memory null: there is none
 */
export function createAddressee(
  maker: Maker,
  owner: () => string,
  memory: ReasoningMemory | null,
): WatchedAddressee {
  const recalled = new Set<SignedTurn>();
  let got = false;
  return {
    takesBack(seal) {
      const takes = isMadeBy(seal, maker);
      got ||= takes && seal.kind !== "text";
      return takes;
    },
    recall(callId) {
      const turn = memory?.recall(owner(), callId) ?? null;
      if (turn === null || !isMadeBy(turn, maker)) return null;
      recalled.add(turn);
      got = true;
      return turn;
    },
    got: () => got,
    refused() {
      for (const turn of recalled) memory?.forget(owner(), turn);
    },
  };
}

/** Gets no reasoning that anybody signed. */
export const nobody: Addressee = { takesBack: () => false, recall: () => null };
