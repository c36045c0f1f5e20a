// Holds an answer back until its commit point, as far as memory allows.
import { maxHeldBytes, type Share } from "../../../domain/failover/budget.ts";
import type { LiveSource } from "./event-stream.ts";
import type { StreamFailure } from "./stream-failure.ts";

export interface HeldAnswer {
  readonly pieces: Uint8Array[];
  readonly ended: boolean;
  /** Whoever has the pieces has the whole answer. */
  readonly complete: boolean;
  /** More was to be held than may be. */
  readonly partial: boolean;
  readonly failure: StreamFailure | null;
}

/**
 * @param share counts the bytes held
 * @param onContent called once, at the first content
 */
export async function holdAnswer(
  source: LiveSource,
  share: Share,
  onContent: () => void,
): Promise<HeldAnswer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let contentSeen = false;
  for (;;) {
    const step = await source.next();
    const stepSize = step.pieces.reduce((sum, piece) => sum + piece.length, 0);
    for (const piece of step.pieces) pieces.push(piece);
    const room = size + stepSize <= maxHeldBytes && share.take(stepSize);
    if (room) size += stepSize;
    if (step.content && !contentSeen) {
      contentSeen = true;
      onContent();
    }
    const { complete } = step;
    const held = { pieces, ended: false, complete, partial: false, failure: null };
    if (step.outcome === "ended") return { ...held, ended: true, complete: true };
    if (step.outcome !== "open") return { ...held, failure: step.outcome };
    if (source.committed()) return held;
    if (room) continue;
    source.commit();
    return { ...held, partial: true };
  }
}
