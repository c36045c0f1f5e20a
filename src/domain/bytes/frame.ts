// A stream cut into whole events, whatever the pieces it arrived in.
import { joinBytes } from "./join-bytes.ts";

export interface Frame {
  /** Exactly as received; the frames' bytes and the rest add up to the stream. */
  readonly bytes: Uint8Array;
  /** The event's name where the format has one. */
  readonly event: string | null;
  /** The payload's text; null where the frame carries none (a comment, a blank line). */
  readonly data: string | null;
}

export interface Splitter {
  /** Takes the next bytes, gives the events they complete. */
  push(chunk: Uint8Array): readonly Frame[];
  /** The stream is over: what is left, as a frame if any bytes are. */
  end(): Frame | null;
  /** Nothing of the next event has come: it may be taken past the splitter, whole. */
  between(): boolean;
  /** Bytes held because their event is not complete. */
  held(): number;
  /**
   * Gives what is held back, uncopied, as though it had never come: to be taken in once more together with
   * what follows. Nothing, and all stays as it is, where that might cut the stream elsewhere.
   */
  giveBack(): readonly Uint8Array[];
  /**
   * Gives up what is held, unread and uncopied: an event too large to wait for. Its remainder
   * comes as the next frame.
   */
  tear(): readonly Uint8Array[];
}

/** A part of a chunk; the chunk itself where it is all of it, since a window costs more than most events do. */
export function part(chunk: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
}

/**
 * Collects the pieces of an event that spans several chunks; joined once, when the event is
 * complete, so that a large event in small pieces costs linear time.
 */
export function createCarry(): {
  keep(piece: Uint8Array): void;
  take(piece: Uint8Array): Uint8Array;
  tear(): readonly Uint8Array[];
  size(): number;
  /** The first byte kept. */
  first(): number | undefined;
} {
  let pieces: Uint8Array[] = [];
  let size = 0;

  function tear(): readonly Uint8Array[] {
    const torn = pieces;
    pieces = [];
    size = 0;
    return torn;
  }

  return {
    keep(piece) {
      pieces.push(piece);
      size += piece.length;
    },
    take(piece) {
      return size === 0 ? piece : joinBytes([...tear(), piece]);
    },
    tear,
    size: () => size,
    first: () => pieces[0]?.[0],
  };
}
