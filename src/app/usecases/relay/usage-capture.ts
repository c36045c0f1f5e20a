// Keeps of an answer what it reports of its usage, where nothing is logged: its beginning and its end.
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import type { CapturedBody } from "../../../domain/log/log-entry.ts";
import { headBytes, tailBytes } from "../../../domain/log/reported-usage.ts";

/** Pieces kept as they are before they are copied. */
const maxPieces = 64;
const none = new Uint8Array(0);

/** A capture of some 100 KB at most, however long the answer: too little to count among what all calls share. */
export class UsageCapture implements Disposable {
  /** All of a short answer. */
  #pieces: Uint8Array[] = [];
  #isLong = false;
  #head: Uint8Array = none;
  /** Of the end: what was filled before, and what is being filled. */
  #before: Uint8Array = none;
  #block: Uint8Array = none;
  #filled = 0;
  #size = 0;
  #contents = 0;
  #parsed: JsonRecord | null = null;

  add(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#isLong) {
      this.#addToEnd(bytes);
      return;
    }
    this.#pieces.push(bytes);
    if (this.#size <= headBytes + tailBytes && this.#pieces.length < maxPieces) return;
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
    const end = [this.#before, this.#block.subarray(0, this.#filled)];
    return { chunks: this.#isLong ? [this.#head, ...end] : this.#pieces, truncated: false };
  }

  [Symbol.dispose](): void {
    // What is kept goes with the call.
  }

  /** Both parts together are the last bytes: `tailBytes` of them or more, where the answer has that many. */
  #addToEnd(bytes: Uint8Array): void {
    if (bytes.length > tailBytes) {
      this.#before = bytes.slice(-2 * tailBytes);
      this.#filled = 0;
      return;
    }
    if (this.#filled + bytes.length > tailBytes) {
      this.#before = this.#block.subarray(0, this.#filled);
      this.#block = none;
      this.#filled = 0;
    }
    if (this.#block.length === 0) this.#block = new Uint8Array(tailBytes);
    this.#block.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }
}
