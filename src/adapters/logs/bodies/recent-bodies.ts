// The bodies written last, to find one that a new body begins like: an agent sends its whole
// conversation with every turn, so nearly all of a request stood in the one before.

export interface RecentBody {
  /** Its payload. */
  readonly id: number;
  readonly bytes: Uint8Array;
  /** Payloads between it and its root. */
  readonly depth: number;
  readonly root: { readonly id: number; readonly outside: boolean; readonly name: string };
}

export interface RecentBodies {
  /** The one with the longest beginning in common, if that is worth it. */
  alike(bytes: Uint8Array): RecentBody | null;
  add(body: RecentBody): void;
  /** Forgets those that it says can no longer be read. */
  forget(gone: (body: RecentBody) => boolean): void;
  clear(): void;
}

/** Reading a body unpacks its whole chain. */
const maxDepth = 32;
const maxBodies = 64;
const maxBytes = 48 * 1024 * 1024;
/** In common; less is not worth a chain. */
const minBytes = 512;
const minShare = 0.25;
export function createRecentBodies(): RecentBodies {
  /** Oldest first. */
  let kept: readonly (RecentBody & { readonly bytes: Buffer })[] = [];
  return {
    alike(bytes) {
      let best: RecentBody | null = null;
      const sought = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let wanted = Math.ceil(Math.max(minBytes, bytes.length * minShare));
      // The newest is the likeliest; one comparison then dismisses each that is no better.
      for (const body of kept.toReversed()) {
        if (body.depth >= maxDepth || !beginsAlike(body.bytes, sought, 0, wanted)) continue;
        best = body;
        wanted = commonLength(body.bytes, sought, wanted) + 1;
      }
      return best;
    },
    add(body) {
      if (body.bytes.length < minBytes || body.bytes.length > maxBytes / 4) return;
      // The batch's buffer, which it is a window of, must not live on.
      const added = [...kept, { ...body, bytes: Buffer.from(body.bytes) }];
      let bytes = added.reduce((sum, one) => sum + one.bytes.length, 0);
      let first = Math.max(0, added.length - maxBodies);
      for (let place = 0; place < added.length; place++) {
        if (place >= first && bytes <= maxBytes) break;
        bytes -= added[place]?.bytes.length ?? 0;
        first = Math.max(first, place + 1);
      }
      kept = added.slice(first);
    },
    forget(gone) {
      kept = kept.filter((body) => !gone(body));
    },
    clear() {
      kept = [];
    },
  };
}

/** Whether two bodies are the same from one place to another, which both must reach. */
function beginsAlike(a: Buffer, b: Buffer, from: number, to: number): boolean {
  if (a.length < to || b.length < to) return false;
  if (from >= to) return true;
  // Most that differ do so at one of these, and a look costs far less than a comparison.
  const middle = (from + to) >>> 1;
  if (a[to - 1] !== b[to - 1] || a[middle] !== b[middle]) return false;
  return a.compare(b, from, to, from, to) === 0;
}

/** Bytes that two bodies begin with alike, which are so many at least. */
function commonLength(a: Buffer, b: Buffer, least: number): number {
  const max = Math.min(a.length, b.length);
  if (beginsAlike(a, b, least, max)) return max;
  let low = least; // alike up to here
  let high = max; // not up to here
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (beginsAlike(a, b, low, middle)) low = middle;
    else high = middle;
  }
  return low;
}
