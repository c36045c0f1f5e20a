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
const maxBodyBytes = maxBytes / 8;
/** In common; less is not worth a look at the rest. */
const minBytes = 256;

type KeptTurn = RecentTurn & { readonly beginning: number; readonly buffer: Buffer };

export function createRecentTurns(): RecentTurns {
  /** Oldest first. */
  let kept: KeptTurn[] = [];
  let size = 0;
  const spare = createSpareBuffers();

  function removeOldest(): void {
    const turn = kept.shift();
    if (turn === undefined) return;
    size -= turn.buffer.length;
    spare.giveBack(turn.buffer);
  }

  return {
    alike(request, failed) {
      if (request.length < minBytes) return null;
      const beginning = beginningOf(request);
      let best: RecentTurn | null = null;
      let wanted = minBytes;
      // The newest is the likeliest match; the others are then ruled out by one comparison each.
      for (let place = kept.length - 1; place >= 0; place--) {
        const turn = kept[place];
        if (turn?.beginning !== beginning || turn.failed !== failed) continue;
        const before = turn.bodies.request?.bytes;
        if (before === undefined || !beginsAlike(before, request, wanted)) continue;
        best = turn;
        wanted = commonStart(before, 0, request, 0) + 1;
      }
      return best;
    },
    add({ failed, bodies }) {
      const { request } = bodies;
      if (request === undefined || request.bytes.length < minBytes) return;
      let own = 0;
      for (const kind of capturedKinds) own += keptLength(bodies[kind]);
      while (kept.length >= maxTurns || (size + own > maxBytes && kept.length > 0)) removeOldest();
      // The batch's buffer, which they are windows of, must not live on.
      const buffer = spare.take(own);
      const copies: Partial<Record<CapturedKind, RecentBody>> = {};
      let at = 0;
      for (const kind of capturedKinds) {
        const body = bodies[kind];
        if (body === undefined || body.bytes.length > maxBodyBytes) continue;
        const bytes = buffer.subarray(at, (at += body.bytes.length));
        bytes.set(body.bytes);
        copies[kind] = { bytes, pieces: body.pieces };
      }
      kept.push({ failed, bodies: copies, beginning: beginningOf(request.bytes), buffer });
      size += buffer.length;
    },
    forget(segments) {
      const needs = ({ bodies }: RecentTurn) =>
        Object.values(bodies).some(({ pieces }) =>
          pieces.some(({ segment }) => segments.has(segment)),
        );
      kept = kept.filter((turn) => !needs(turn));
      size = kept.reduce((sum, { buffer }) => sum + buffer.length, 0);
    },
    clear() {
      kept = [];
      size = 0;
    },
  };
}

function keptLength(body: RecentBody | undefined): number {
  return body === undefined || body.bytes.length > maxBodyBytes ? 0 : body.bytes.length;
}

function beginningOf(request: Buffer): number {
  return Bun.hash.xxHash32(request.subarray(0, minBytes));
}

interface SpareBuffers {
  /** A buffer of at least this many bytes; its old contents are not cleared. */
  take(bytes: number): Buffer;
  giveBack(buffer: Buffer): void;
}

const maxSpareBytes = 4 * 1024 * 1024;
const leastBuffer = 1_024;

/** Fresh memory costs a page fault for every 4 KB, some ten times what it takes to copy them. */
function createSpareBuffers(): SpareBuffers {
  const bySize = new Map<number, Buffer[]>();
  let spare = 0;
  return {
    take(bytes) {
      const size = 2 ** Math.ceil(Math.log2(Math.max(leastBuffer, bytes)));
      const found = bySize.get(size)?.pop();
      if (found === undefined) return Buffer.allocUnsafeSlow(size);
      spare -= size;
      return found;
    },
    giveBack(buffer) {
      if (spare + buffer.length > maxSpareBytes) return;
      const alike = bySize.get(buffer.length) ?? [];
      bySize.set(buffer.length, alike);
      alike.push(buffer);
      spare += buffer.length;
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
