// The keys of conversations that were seen of late, by the bytes of their requests: an agent sends its whole
// conversation with every turn, and hashing its bytes, which the processor has at hand, costs a tenth of
// reading its texts again.
import { behindElements, listStart } from "../../../domain/bytes/list-ends.ts";
import { isRecord, type JsonRecord } from "../../../domain/bytes/json.ts";
import {
  type ConversationKeys,
  conversationKeys,
  type KnownTurns,
  type TurnChain,
} from "../../../domain/conversation/turn-keys.ts";
import type { Turn } from "../../../domain/conversation/turn.ts";
import { randomSeed } from "./known-texts.ts";

export interface RecentRequests {
  /**
   * As `conversationKeys`.
   * @param who whose it is: nobody's keys depend on what others send
   * @param request as received
   * @param record what it says; its texts may be cut
   * @param turns of the record
   */
  keysOf(
    who: string,
    request: Uint8Array,
    record: JsonRecord,
    turns: readonly Turn[],
  ): ConversationKeys | null;
}

type ListName = "messages" | "input";

/** The list of a request that its turns are made of, one of each element. */
interface TurnList {
  readonly name: ListName;
  /** Turns before it: system prompts that have members of their own. */
  readonly before: number;
  readonly turns: number;
}

/** The first elements of the list, by their number, and whatever stands before them. */
interface Block {
  readonly end: number;
  readonly hash: bigint;
}

interface Known extends TurnList {
  readonly who: string;
  /** Of the first bytes. */
  readonly beginning: number;
  /** Of the first half. */
  readonly half: Block;
  readonly chain: TurnChain;
  /** From the first byte on; null: no other request has begun like it yet. */
  readonly blocks: readonly Block[] | null;
}

/** An earlier request, and how many of its blocks a new one begins with. */
interface Alike {
  readonly known: Known;
  readonly blocks: number;
}

const maxKnown = 64;
/** Most that are looked at of those that may be alike, the latest first. */
const mostLookedAt = 8;
const turnsPerBlock = 8;
/** Fewer are read sooner than their bytes are looked through. */
const fewestTurns = 2 * turnsPerBlock;
/** By which requests are seen to be worth a closer look. */
const beginningBytes = 256;
/** Of its blocks, for a request to be the conversation's next: clients change the last ones, as they move marks for caches. */
const nearlyAll = 0.75;

export function createRecentRequests(): RecentRequests {
  const seed = randomSeed();
  /** Latest first. */
  let recent: readonly Known[] = [];

  const hashOf = (request: Uint8Array, from: number, to: number): bigint =>
    Bun.hash.xxHash3(request.subarray(from, to), seed);

  function keep(next: Known, inPlaceOf: Known | null): void {
    recent = [next, ...recent.filter((other) => other !== inPlaceOf)].slice(0, maxKnown);
  }

  /** The earlier request with most in common; null: none has half of it. */
  function alike(request: Uint8Array, is: Pick<Known, "who" | "beginning" | "name">): Alike | null {
    let best: Alike | null = null;
    let left = mostLookedAt;
    for (const known of recent) {
      const { who, beginning, name, half } = known;
      if (beginning !== is.beginning || who !== is.who || name !== is.name) continue;
      if (left-- === 0) break;
      const blocks = commonBlocks(request, known.blocks ?? [half]);
      if (blocks === 0 || blocks < (best?.blocks ?? 0)) continue;
      best = { known, blocks: known.blocks === null ? 0 : blocks };
      if (blocks === known.blocks?.length) break;
    }
    return best;
  }

  function commonBlocks(request: Uint8Array, blocks: readonly Block[]): number {
    let from = 0;
    for (const [index, { end, hash }] of blocks.entries()) {
      if (end > request.length || hashOf(request, from, end) !== hash) return index;
      from = end;
    }
    return blocks.length;
  }

  /** All blocks of a request, the last turns aside. @param known those that it begins with */
  function blocksOf(
    request: Uint8Array,
    { name, turns }: TurnList,
    known: readonly Block[],
  ): readonly Block[] {
    const blocks = [...known];
    let at = known.at(-1)?.end ?? listStart(request, name);
    while (at !== null && (blocks.length + 1) * turnsPerBlock < turns) {
      const end = behindElements(request, at, turnsPerBlock);
      if (end !== null) blocks.push({ end, hash: hashOf(request, blocks.at(-1)?.end ?? 0, end) });
      at = end;
    }
    return blocks;
  }

  return {
    keysOf(who, request, record, turns) {
      const list = turns.length < fewestTurns ? null : turnListOf(record, turns);
      if (list === null || request.length < beginningBytes) return conversationKeys(turns);
      const beginning = Bun.hash.xxHash32(request.subarray(0, beginningBytes));
      const found = alike(request, { who, beginning, name: list.name });
      // Of two lists by one name the last counts: then blocks of the first say nothing.
      if (found !== null && isNamedAgain(request, list.name, endOf(found)))
        return conversationKeys(turns);
      const keys = conversationKeys(turns, found && knownTurns(found, list));
      if (keys === null) return null;
      const { blocks: shared = 0, known = null } = found ?? {};
      const isNext = known !== null && shared >= (known.blocks?.length ?? 0) * nearlyAll;
      const end = request.length >>> 1;
      const blocks =
        known === null ? null : blocksOf(request, list, known.blocks?.slice(0, shared) ?? []);
      const half = blocks === null ? { end, hash: hashOf(request, 0, end) } : noBlock;
      keep({ ...list, who, beginning, half, chain: keys.chain, blocks }, isNext ? known : null);
      return keys;
    },
  };
}

/** Behind the blocks that are known. */
function endOf({ known, blocks }: Alike): number {
  return known.blocks?.[blocks - 1]?.end ?? 0;
}

/** Whether a list by that name stands there; from the request's beginning, a second one. */
function isNamedAgain(request: Uint8Array, name: ListName, from: number): boolean {
  const bytes = Buffer.from(request.buffer, request.byteOffset, request.length);
  const member = members[name];
  let lists = from === 0 ? 0 : 1;
  for (let at = bytes.indexOf(member, from); at >= 0; at = bytes.indexOf(member, at)) {
    at += member.length;
    if (beginsList.test(bytes.toString("latin1", at, at + longestGap)) && ++lists > 1) return true;
  }
  return false;
}

const members: Readonly<Record<ListName, Buffer>> = {
  messages: Buffer.from('"messages"'),
  input: Buffer.from('"input"'),
};
/** Nobody writes more blanks around a colon. */
const longestGap = 16;
const beginsList = /^\s*:\s*\[/;

const noBlock: Block = { end: 0, hash: 0n };

function knownTurns({ known, blocks }: Alike, list: TurnList): KnownTurns {
  const before = { there: known.before, here: list.before };
  return { chain: known.chain, before, turns: blocks * turnsPerBlock };
}

/** null: not every turn is an element of one list, or a member that gives a system prompt. */
function turnListOf(record: JsonRecord, turns: readonly Turn[]): TurnList | null {
  const { messages, input, prompt, suffix, system, instructions } = record;
  if (prompt !== undefined || suffix !== undefined) return null;
  if ((messages === undefined) === (input === undefined)) return null;
  const list: unknown = messages ?? input;
  if (!Array.isArray(list) || !isRecord(list[0])) return null;
  const before = [system, instructions].filter(saysSomething).length;
  // Elements that are no turns are left out of these, so the sums are the same only where all are.
  if (before + list.length !== turns.length) return null;
  return { name: input === undefined ? "messages" : "input", before, turns: list.length };
}

/** At least where it becomes a turn. */
function saysSomething(prompt: unknown): boolean {
  return prompt !== undefined && prompt !== null && prompt !== "";
}
