// What a server signed in an answer that calls tools, kept for clients whose protocol has no place for it.
import type { Maker, Seal } from "./seal.ts";

/** One block of reasoning, and where it stood. */
export interface SignedReasoning {
  /** Empty where it is not shown. */
  readonly text: string;
  readonly seal: Seal;
  /** Characters of the answer's text before it, as the client got them. */
  readonly said: number;
  /** Calls before it. */
  readonly calls: number;
}

export interface SignedTurn {
  readonly maker: Maker;
  /** Of its calls, any of which it is known by. */
  readonly callIds: readonly string[];
  readonly reasoning: readonly SignedReasoning[];
}

/** Remembers turns for a while, each for its owner (`callOwner`) alone. */
export interface ReasoningMemory {
  remember(owner: string, turn: SignedTurn): void;
  /** The turn of a call; null where nothing is known of it. */
  recall(owner: string, callId: string): SignedTurn | null;
  /** Its maker does not take it back. */
  forget(owner: string, turn: SignedTurn): void;
}
