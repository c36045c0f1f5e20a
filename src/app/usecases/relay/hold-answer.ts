// Holds an answer back until its commit point, as far as memory allows.
import type { Framing } from "../../../domain/bytes/framing.ts";
import { maxHeldBytes } from "../../../domain/failover/budget.ts";
import type { UpstreamBody } from "../../../ports/upstream.ts";
import type { AnswerContext } from "./committed.ts";
import type { LiveSource } from "./event-stream.ts";
import { breakOf, type StreamFailure } from "./stream-failure.ts";

export interface HeldAnswer {
  readonly pieces: Uint8Array[];
  readonly ended: boolean;
  /** Whoever has the pieces has the whole answer. */
  readonly complete: boolean;
  /** More was to be held than may be. */
  readonly partial: boolean;
  readonly failure: StreamFailure | null;
}

/** Who holds an answer, and hears of its first content, once. */
export type Holder = Pick<AnswerContext, "share" | "capture" | "listener">;

/** @param framing of the answer */
export async function holdAnswer(
  source: LiveSource,
  framing: Framing,
  { share, listener }: Pick<Holder, "share" | "listener">,
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
      listener.onContent(framing);
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

/**
 * As `holdAnswer`, for an answer that is not a stream and commits at its end: bytes are all there is to it.
 * Where it is `partial`, what follows is still to be read from the body.
 */
export async function holdWhole(
  body: UpstreamBody,
  framing: Framing,
  { share, capture, listener }: Holder,
): Promise<HeldAnswer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const got = await body.read();
    if (got.kind !== "bytes") {
      const ended = got.kind === "end";
      const failure = ended ? null : breakOf(got, false);
      return { pieces, ended, complete: ended, partial: false, failure };
    }
    const { bytes } = got;
    capture.add(bytes);
    if (pieces.push(bytes) === 1) listener.onContent(framing);
    size += bytes.length;
    if (size > maxHeldBytes || !share.take(bytes.length))
      return { pieces, ended: false, complete: false, partial: true, failure: null };
  }
}
