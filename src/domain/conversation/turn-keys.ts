// Keys by which a conversation is known again when a later request repeats it. Clients leave out what a
// model thought, and renew their system prompts, so neither counts for them; the instructions have a key of their own.
import type { Turn, TurnPart } from "./turn.ts";

export interface ConversationKeys {
  /** Of each beginning of the turns, see `turnKeys`; made when they are asked for. */
  prefix(turns: number): string;
  /** How many turns there are. */
  readonly turns: number;
  /** Of what was asked before the first answer. */
  readonly opening: string;
  /** Of all turns. */
  readonly whole: string;
  /** Of the system prompts before all else; null: there are none. */
  readonly instructions: string | null;
  /** What the keys are made of, for a request that begins alike. */
  readonly chain: TurnChain;
}

/** The state of the hash before the first turn and after each, two words each. */
export type TurnChain = Int32Array;

/** Turns that an earlier request had, too, so that they need not be read again. */
export interface KnownTurns {
  /** Of the earlier request. */
  readonly chain: TurnChain;
  /** There, and in this request, none but system prompts stand before them. */
  readonly before: { readonly there: number; readonly here: number };
  /** How many there are. */
  readonly turns: number;
}

/** UTF-16 units of a text that count. The log's thread may have cut a text, but never one as short as this. */
const longestCounted = 30_000;
/** Of a text up to here all units are read; of a longer one its ends, and as many in between. */
const mostRead = 512;
const endsRead = mostRead / 4;
const betweenRead = mostRead / 2;

/**
 * A key for each beginning of a conversation: the first turn, the first two, …, all of them.
 * @param turns of a request, see `askedTurns`
 * @returns as many as there are turns, 16 hex digits each; a turn that does not count has the key before it
 */
export function turnKeys(turns: readonly Turn[]): readonly string[] {
  const lanes = lanesOf(turns);
  return turns.map((_, index) => keyAt(lanes, index + 1));
}

/**
 * @param known without them the keys are the same
 * @returns null: nothing was asked, system prompts aside
 */
export function conversationKeys(
  turns: readonly Turn[],
  known: KnownTurns | null = null,
): ConversationKeys | null {
  const lanes = lanesOf(turns, known);
  const whole = keyAt(lanes, turns.length);
  if (whole === keyAt(lanes, 0)) return null;
  return {
    prefix: (length) => keyAt(lanes, length),
    turns: turns.length,
    opening: keyAt(lanes, openingLength(turns)),
    whole,
    instructions: instructionsKey(turns),
    chain: lanes,
  };
}

/** Both lanes before the first turn, after it, after the second … */
function lanesOf(turns: readonly Turn[], known: KnownTurns | null = null): TurnChain {
  const lanes = new Int32Array(2 * (turns.length + 1));
  const hash = new TurnHash();
  hash.store(lanes, 0);
  let next = 0;
  if (known !== null) {
    const { chain, before, turns: shared } = known;
    const from = 2 * (before.there + 1);
    for (; next < before.here; next++) hash.store(lanes, 2 * (next + 1));
    lanes.set(chain.subarray(from, from + 2 * shared), 2 * (before.here + 1));
    next += shared;
    hash.goOnFrom(lanes, 2 * next);
  }
  for (; next < turns.length; next++) {
    const turn = turns[next];
    if (turn !== undefined && !isSystem(turn)) hash.addTurn(turn);
    hash.store(lanes, 2 * (next + 1));
  }
  return lanes;
}

function instructionsKey(turns: readonly Turn[]): string | null {
  const first = turns.findIndex((turn) => !isSystem(turn));
  if (first === 0) return null;
  const hash = new TurnHash();
  for (const turn of turns.slice(0, first)) hash.addTurn(turn);
  const lanes = new Int32Array(2);
  hash.store(lanes, 0);
  return keyAt(lanes, 0);
}

function keyAt(lanes: Int32Array, length: number): string {
  const a = lanes[2 * length] ?? 0;
  const b = lanes[2 * length + 1] ?? 0;
  const first = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  const second = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return hexOf(first) + hexOf(second);
}

/** Turns before the first answer; a greeting of the assistant's before any question is part of them. */
function openingLength(turns: readonly Turn[]): number {
  let isAsked = false;
  for (const [index, turn] of turns.entries()) {
    if (isSystem(turn)) continue;
    if (turn.role !== "assistant") isAsked = true;
    else if (isAsked) return index;
  }
  return turns.length;
}

function isSystem({ role }: Turn): boolean {
  return role === "system" || role === "developer";
}

/** Two lanes of 32 bits, in the manner of cyrb53; quick, and no defence against forgery. */
class TurnHash {
  #a = 0xdeadbeef | 0;
  #b = 0x41c6ce57 | 0;

  addTurn(turn: Turn): void {
    let counts = false;
    for (const part of turn.parts) {
      const said = textsOf(part);
      if (said === null) continue;
      if (!counts) this.#addText(turn.role);
      counts = true;
      this.#addWord(kindNumbers[part.kind]);
      for (const text of said) this.#addText(text);
    }
  }

  goOnFrom(lanes: Int32Array, at: number): void {
    this.#a = lanes[at] ?? 0;
    this.#b = lanes[at + 1] ?? 0;
  }

  store(lanes: Int32Array, at: number): void {
    lanes[at] = this.#a;
    lanes[at + 1] = this.#b;
  }

  #addText(text: string): void {
    const length = Math.min(text.length, longestCounted);
    // First, so that texts cannot be divided in another way and look alike.
    this.#addWord(length);
    if (length <= mostRead) {
      this.#addUnits(text, 0, length, 1);
      return;
    }
    const end = length - endsRead;
    this.#addUnits(text, 0, endsRead, 1);
    this.#addUnits(text, endsRead, end, Math.ceil((end - endsRead) / betweenRead));
    this.#addUnits(text, end, length, 1);
  }

  #addUnits(text: string, from: number, to: number, step: number): void {
    let a = this.#a;
    let b = this.#b;
    let at = from;
    for (; at + step < to; at += 2 * step) {
      const pair = text.charCodeAt(at) | (text.charCodeAt(at + step) << 16);
      a = mixedA(a, pair);
      b = mixedB(b, pair);
    }
    if (at < to) {
      const unit = text.charCodeAt(at);
      a = mixedA(a, unit);
      b = mixedB(b, unit);
    }
    this.#a = a;
    this.#b = b;
  }

  #addWord(word: number): void {
    this.#a = mixedA(this.#a, word);
    this.#b = mixedB(this.#b, word);
  }
}

// Shifted, too: a product alone would carry nothing from high bits to low ones.
function mixedA(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function mixedB(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, 0x5f356495);
  return mixed ^ (mixed >>> 13);
}

function hexOf(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, "0");
}

/** Unlike any length of a text. */
const kindNumbers: Record<TurnPart["kind"], number> = {
  text: 0x10001,
  refusal: 0x10002,
  "tool-call": 0x10003,
  "tool-result": 0x10004,
  media: 0x10005,
  other: 0x10006,
  thinking: 0x10007,
  vectors: 0x10008,
};

/** What of a part counts; null: nothing. Ids of tool calls do not: some APIs have none, some routers make them. */
function textsOf(part: TurnPart): readonly string[] | null {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text === "" ? null : [part.text];
    case "tool-call":
      return [part.name, part.arguments];
    case "tool-result":
      return [part.text];
    case "media": {
      // Its size follows from a text that may have been cut.
      const bytes = Math.min(part.bytes ?? 0, longestCounted / 2);
      return [part.what, part.label ?? "", part.url ?? "", part.data ?? "", String(bytes)];
    }
    case "other":
      return [part.type, part.json];
    case "thinking":
    case "vectors":
      return null;
  }
}
