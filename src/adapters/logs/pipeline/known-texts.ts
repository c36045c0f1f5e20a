// Which texts the search has had of late. An agent sends its whole conversation with every turn, and
// many programs one system prompt with every call: the first row with it is found by it.

/** Of a generation; there are two. */
const maxTexts = 4_096;
/** ms: then it is indexed again, or it would be found in no row once the first one is too old. */
const knownMs = 3_600_000;

export interface KnownTexts {
  /** Whether it is new at that time (epoch ms); from then on it is known. */
  isNew(text: string, now: number): boolean;
  clear(): void;
}

export function createKnownTexts(): KnownTexts {
  const seed = randomSeed();
  /** Epoch ms at which each was new, by hash. */
  let newer = new Map<bigint, number>();
  let older = new Map<bigint, number>();
  return {
    isNew(text, now) {
      const hash = Bun.hash.xxHash3(text, seed);
      const since = newer.get(hash) ?? older.get(hash);
      if (since !== undefined && now - since < knownMs) return false;
      if (newer.size >= maxTexts) {
        older = newer;
        newer = new Map();
      }
      newer.set(hash, now);
      return true;
    },
    clear() {
      newer = new Map();
      older = new Map();
    },
  };
}

/** For hashes of what others send: whoever knew it could make two texts look alike. */
export function randomSeed(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}
