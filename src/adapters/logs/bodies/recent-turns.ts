// The calls written last, to find one that a new call's request begins like: an agent sends its whole
// conversation with every turn, so nearly all of a request, and often of its answer's echo, stood in
// the turn before.
import { type CapturedKind, type StoredPiece, capturedKinds } from "./segment.ts";
import { commonStart } from "./shared-parts.ts";

export interface RecentBody {
  readonly bytes: Buffer;
  readonly pieces: readonly StoredPiece[];
}

export interface RecentTurn {
  readonly failed: boolean;
  readonly bodies: Readonly<Partial<Record<CapturedKind, RecentBody>>>;
}

export interface RecentTurns {
  /** The one whose request has the longest beginning in common, if that is worth it. */
  alike(request: Buffer, failed: boolean): RecentTurn | null;
  add(turn: RecentTurn): void;
  /** Forgets those that need one of these segments. */
  forget(segments: ReadonlySet<number>): void;
  clear(): void;
}

const maxTurns = 64;
const maxBytes = 48 * 1024 * 1024;
/** In common; less is not worth a look at the rest. */
const minBytes = 256;

export function createRecentTurns(): RecentTurns {
  /** Oldest first. */
  let kept: readonly (RecentTurn & { readonly size: number })[] = [];
  let size = 0;
  return {
    alike(request, failed) {
      let best: RecentTurn | null = null;
      let wanted = minBytes;
      // The newest is the likeliest match; the others are then ruled out by one comparison each.
      for (const turn of kept.toReversed()) {
        const before = turn.bodies.request?.bytes;
        if (turn.failed !== failed || before === undefined) continue;
        if (!beginsAlike(before, request, wanted)) continue;
        best = turn;
        wanted = commonStart(before, 0, request, 0) + 1;
      }
      return best;
    },
    add(turn) {
      // The batch's buffer, which they are windows of, must not live on.
      const bodies: Partial<Record<CapturedKind, RecentBody>> = {};
      let own = 0;
      for (const kind of capturedKinds) {
        const body = turn.bodies[kind];
        if (body === undefined || body.bytes.length > maxBytes / 8) continue;
        own += body.bytes.length;
        bodies[kind] = { bytes: Buffer.from(body.bytes), pieces: body.pieces };
      }
      kept = [...kept, { failed: turn.failed, bodies, size: own }];
      size += own;
      let gone = Math.max(0, kept.length - maxTurns);
      for (const [place, { size: bytes }] of kept.entries()) {
        if (place >= gone && size <= maxBytes) break;
        size -= bytes;
        gone = Math.max(gone, place + 1);
      }
      kept = kept.slice(gone);
    },
    forget(segments) {
      const needs = ({ bodies }: RecentTurn) =>
        Object.values(bodies).some(({ pieces }) =>
          pieces.some(({ segment }) => segments.has(segment)),
        );
      kept = kept.filter((turn) => !needs(turn));
      size = kept.reduce((sum, turn) => sum + turn.size, 0);
    },
    clear() {
      kept = [];
      size = 0;
    },
  };
}

/** Whether two bodies are the same up to a length, which both must reach. */
function beginsAlike(a: Buffer, b: Buffer, length: number): boolean {
  if (a.length < length || b.length < length) return false;
  const middle = length >>> 1;
  if (a[length - 1] !== b[length - 1] || a[middle] !== b[middle]) return false;
  return a.compare(b, 0, length, 0, length) === 0;
}
