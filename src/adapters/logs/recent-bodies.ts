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
  /** Forgets what hangs on that root. */
  forget(rootId: number): void;
  clear(): void;
}

/** Reading a body unpacks its whole chain. */
const deepest = 32;
const mostBodies = 64;
const mostBytes = 48 * 1024 * 1024;
/** In common; less is not worth a chain. */
const leastBytes = 512;
const leastShare = 0.25;
/** Told apart by these at first, as most differ early. */
const openingBytes = 64;

export function createRecentBodies(): RecentBodies {
  /** Oldest first. */
  let kept: readonly RecentBody[] = [];
  return {
    alike(bytes) {
      let best: RecentBody | null = null;
      let longest = Math.max(leastBytes, bytes.length * leastShare) - 1;
      for (const body of kept) {
        if (body.depth >= deepest) continue;
        const common = commonLength(body.bytes, bytes);
        if (common <= longest) continue;
        best = body;
        longest = common;
      }
      return best;
    },
    add(body) {
      if (body.bytes.length < leastBytes || body.bytes.length > mostBytes / 4) return;
      // The batch's buffer, which it is a window of, must not live on.
      const added = [...kept, { ...body, bytes: body.bytes.slice() }];
      let bytes = added.reduce((sum, one) => sum + one.bytes.length, 0);
      let first = Math.max(0, added.length - mostBodies);
      for (let place = 0; place < added.length; place++) {
        if (place >= first && bytes <= mostBytes) break;
        bytes -= added[place]?.bytes.length ?? 0;
        first = Math.max(first, place + 1);
      }
      kept = added.slice(first);
    },
    forget(rootId) {
      kept = kept.filter((body) => body.root.id !== rootId);
    },
    clear() {
      kept = [];
    },
  };
}

/** Bytes that two bodies begin with alike. */
function commonLength(a: Uint8Array, b: Uint8Array): number {
  const same = (from: number, to: number) =>
    Buffer.compare(a.subarray(from, to), b.subarray(from, to)) === 0;
  const most = Math.min(a.length, b.length);
  if (most < openingBytes || !same(0, openingBytes)) return 0;
  if (same(openingBytes, most)) return most;
  let low = openingBytes; // alike up to here
  let high = most; // not up to here
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (same(low, middle)) low = middle;
    else high = middle;
  }
  return low;
}
