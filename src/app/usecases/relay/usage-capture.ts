// Keeps of an answer what it reports of its usage, where nothing is logged: its beginning and its end.
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import type { CapturedBody } from "../../../domain/log/log-entry.ts";
import { headBytes, tailBytes } from "../../../domain/log/reported-usage.ts";

/** Pieces kept as they are before they are copied. */
const maxPieces = 64;
const none = new Uint8Array(0);
/** Bytes kept of the end: at first, and at most. */
const firstEnd = 4 * 1024;
const mostEnd = tailBytes + 8 * 1024;
/** Parts an event, of which but a piece was kept, from the next. */
const gap = new Uint8Array([0x0a, 0x0a]);

/** A capture of some 50 KB at most, however long the answer: too little to count among what all calls share. */
export class UsageCapture implements Disposable {
  /** All of a short answer. */
  #pieces: Uint8Array[] = [];
  #isLong = false;
  #head: Uint8Array = none;
  /** The last bytes, moved to the front again and again: blocks that are let go would wait for the collector. */
  #end: Uint8Array = none;
  #filled = 0;
  #size = 0;
  #kept = 0;
  /** What came last was left out. */
  #isApart = false;
  #contents = 0;
  #parsed: JsonRecord | null = null;

  add(bytes: Uint8Array, spare = 0): void {
    this.#size += bytes.length;
    if (spare > 0) this.#isApart = true;
    if (spare === bytes.length) return;
    if (this.#isApart && this.#kept > 0) this.#keep(gap);
    this.#isApart = false;
    // A copy, since the rest of a large read would be held with it.
    this.#keep(spare === 0 ? bytes : bytes.slice(spare));
  }

  #keep(bytes: Uint8Array): void {
    this.#kept += bytes.length;
    if (this.#isLong) {
      this.#addToEnd(bytes);
      return;
    }
    this.#pieces.push(bytes);
    if (this.#kept <= headBytes + tailBytes && this.#pieces.length < maxPieces) return;
    const all = joinBytes(this.#pieces);
    this.#pieces = [];
    this.#isLong = true;
    this.#head = all.slice(0, headBytes);
    this.#addToEnd(all.subarray(headBytes));
  }

  parsed(answer: JsonRecord): void {
    this.#parsed = answer;
    this.#pieces = [];
  }

  content(events: number): void {
    this.#contents += events;
  }

  contents(): number {
    return this.#contents;
  }

  size(): number {
    return this.#size;
  }

  body(): CapturedBody | null {
    if (this.#size === 0) return null;
    if (this.#parsed !== null) return { chunks: [], truncated: false, parsed: this.#parsed };
    // A copy, since more may come.
    const chunks = this.#isLong ? [this.#head, this.#end.slice(0, this.#filled)] : this.#pieces;
    return { chunks, truncated: false };
  }

  [Symbol.dispose](): void {
    // What is kept goes with the call.
  }

  /** What is kept are the last `tailBytes` or more, where the answer has that many. */
  #addToEnd(bytes: Uint8Array): void {
    const last = bytes.length > tailBytes ? bytes.subarray(-tailBytes) : bytes;
    if (this.#filled + last.length > this.#end.length) this.#makeRoom(last.length);
    this.#end.set(last, this.#filled);
    this.#filled += last.length;
  }

  /** For no more than `tailBytes`. */
  #makeRoom(bytes: number): void {
    const needed = this.#filled + bytes;
    if (this.#end.length < mostEnd) {
      const size = Math.min(mostEnd, Math.max(firstEnd, 2 * this.#end.length, needed));
      const larger = new Uint8Array(size);
      larger.set(this.#end.subarray(0, this.#filled));
      this.#end = larger;
    }
    if (needed <= this.#end.length) return;
    const still = Math.min(this.#filled, tailBytes - bytes);
    this.#end.copyWithin(0, this.#filled - still, this.#filled);
    this.#filled = still;
  }
}
