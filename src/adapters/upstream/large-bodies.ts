// Keeps memory small while an answer of many megabytes passes: left to itself, the runtime collects
// its pieces only once tens of megabytes of them lie about.
import { edenGC, fullGC } from "bun:jsc";

/** Bytes of a body that are none of this file's business: nearly all answers end before. */
const smallBytes = 2 * 1024 * 1024;
/** Bytes of large bodies between two collections. */
const betweenBytes = 1024 * 1024;
/** A collection of young garbage keeps for good what is in use at that moment; a full one takes that too. */
const fullEvery = 6;
/** ms; where so much lives that a collection takes longer, the runtime is left to itself for a while. */
const maxPauseMs = 30;
/** That many times as long as it took. */
const pauseFactor = 4;

// Garbage is the whole process's, whichever body left it.
let passed = 0;
let collections = 0;
let pausedUntil = 0;

/** A watch over one body. */
export class LargeBodyWatch {
  #size = 0;

  /** @param bytes of a piece that has been passed on */
  passed(bytes: number): void {
    this.#size += bytes;
    if (this.#size <= smallBytes) return;
    passed += bytes;
    if (passed >= betweenBytes) collect();
  }
}

function collect(): void {
  const start = performance.now();
  if (start < pausedUntil) return;
  passed = 0;
  collections++;
  if (collections % fullEvery === 0) fullGC();
  else edenGC();
  const took = performance.now() - start;
  if (took > maxPauseMs) pausedUntil = start + pauseFactor * took;
}
