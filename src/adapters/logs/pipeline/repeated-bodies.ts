// What was read in the bodies of late, so that one that comes again is not read again: retries, health
// checks, load tests and cached answers repeat whole bodies.
import { randomSeed } from "./known-texts.ts";

interface Readable {
  /** About what it holds, in characters. */
  readonly size: number;
}

const maxBodies = 32;
const maxCharacters = 512 * 1024;

/** @returns gives what was read in the same bytes before, or reads them */
export function createRepeatedBodies<Found extends Readable>(): (
  bytes: Uint8Array,
  read: () => Found,
) => Found {
  const seed = randomSeed();
  /** By hash, oldest first. */
  const known = new Map<bigint, { readonly length: number; readonly found: Found }>();
  let held = 0;

  function removeOldest(): void {
    for (const [hash, { found }] of known) {
      known.delete(hash);
      held -= found.size;
      return;
    }
  }

  return (bytes, read) => {
    const hash = Bun.hash.xxHash3(bytes, seed);
    const before = known.get(hash);
    if (before?.length === bytes.length) return before.found;
    const found = read();
    if (before !== undefined || found.size > maxCharacters) return found;
    while (known.size >= maxBodies || held + found.size > maxCharacters) removeOldest();
    known.set(hash, { length: bytes.length, found });
    held += found.size;
    return found;
  };
}
