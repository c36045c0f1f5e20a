// Which texts the search has had of late. An agent sends its whole conversation with every turn, and
// many programs one system prompt with every call: the first row with it is found by it.

const maxTexts = 8_192;
/** ms: then it is indexed again, or it would be found in no row once the first one is too old. */
const knownMs = 3_600_000;

export interface KnownTexts {
  /** Whether it is new at that time (epoch ms); from then on it is known. */
  isNew(text: string, now: number): boolean;
  clear(): void;
}

export function createKnownTexts(): KnownTexts {
  // Whoever knows it could make two texts look alike.
  const seed = randomSeed();
  /** Epoch ms at which each was new, by hash, oldest first. */
  const known = new Map<bigint, number>();
  return {
    isNew(text, now) {
      const hash = Bun.hash.xxHash3(text, seed);
      const since = known.get(hash);
      if (since !== undefined && now - since < knownMs) return false;
      known.delete(hash);
      if (known.size >= maxTexts)
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      known.set(hash, now);
      return true;
    },
    clear() {
      known.clear();
    },
  };
}

export function randomSeed(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}
