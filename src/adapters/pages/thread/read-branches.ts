// The calls of a thread by the conversations that they are parts of. A session has several: what its agent talks about,
// what sub-agents were sent to do, a question for a title beside it, and what was said before a compaction.
import { alignCalls } from "../../../domain/conversation/align-calls.ts";
import type { LogRow } from "../../../ports/browse.ts";
import { type Get, type ReadCall, readChain } from "./read-chain.ts";

/** The turns of one request with the calls that brought them. */
export interface Segment {
  readonly read: ReadCall;
  /** By the number of turns of the segment that each asked. */
  readonly placed: ReadonlyMap<number, LogRow>;
  /** Turns of the branch before it. */
  readonly offset: number;
}

/** Calls that go on from each other. */
export interface Branch {
  /** One, unless its calls name the answers that they continue. */
  readonly segments: readonly Segment[];
  /** The newest call whose turns these are. */
  readonly last: LogRow;
  /** All of its calls that are part of no branch before it, oldest first. */
  readonly calls: readonly LogRow[];
  /** Those of them that asked the same as another, the newest first. */
  readonly again: readonly LogRow[];
}

export interface ReadThread {
  /** What is read as the thread's conversation; null: no request is kept. */
  readonly shown: Branch | null;
  /** The others, the newest first. */
  readonly branches: readonly Branch[];
  /** Calls whose turns are not known, those under way among them, the newest first. */
  readonly unread: readonly LogRow[];
}

/** Requests that are opened to find what their calls are parts of. */
const mostOpened = 8;
/** Of all requests after the first branch's; in bytes. */
const mostBytes = 2_000_000;

/**
 * @param calls of the thread, newest first
 * @param wanted id of the call whose branch is to be shown; null: the newest that has more than one call, for
 *   agents ask for a title or whether the topic is new beside what they talk about
 */
export async function readBranches(
  calls: readonly LogRow[],
  get: Get,
  wanted: string | null,
): Promise<ReadThread> {
  const branches: Branch[] = [];
  const unread: LogRow[] = [];
  const isWanted = ({ id }: LogRow) => id === wanted;
  let left: readonly LogRow[] = [
    ...calls.filter(isWanted),
    ...calls.filter((call) => !isWanted(call)),
  ];
  let opened = 0;
  let bytes = 0;
  while (opened < mostOpened) {
    const [last, ...others] = left;
    if (last === undefined) break;
    // The first is read however large it is.
    bytes += branches.length === 0 ? 0 : last.request_size;
    if (bytes > mostBytes) break;
    left = others;
    const isRunning = last.state === "inflight";
    // What an earlier branch holds is not read once more.
    const older = branches.length === 0 ? calls.slice(calls.indexOf(last) + 1) : others;
    const chain = isRunning ? [] : await readChain(last, older, get);
    if (!isRunning) opened++;
    if (chain.length === 0) {
      unread.push(last);
      continue;
    }
    const found = branchOf(chain, last, others);
    branches.push(found.branch);
    left = found.others;
  }
  const ofWanted = branches.find(({ last }) => isWanted(last));
  const shown = ofWanted ?? branches.find(isTalk) ?? branches[0] ?? null;
  const sorted = branches.toSorted(
    (one, other) => calls.indexOf(one.last) - calls.indexOf(other.last),
  );
  return {
    shown,
    branches: sorted.filter((branch) => branch !== shown),
    unread: calls.filter((call) => unread.includes(call) || left.includes(call)),
  };
}

/** Whether more was said than one question. */
function isTalk({ segments }: Branch): boolean {
  return segments.reduce((sum, { placed }) => sum + placed.size, 0) > 1;
}

/** Where each call stands; a call of the chain stands behind what it asked. @param left newest first */
function branchOf(
  chain: readonly ReadCall[],
  last: LogRow,
  left: readonly LogRow[],
): { readonly branch: Branch; readonly others: readonly LogRow[] } {
  const links = new Set(chain.map(({ call }) => call.id));
  let others: readonly LogRow[] = left.filter(({ id }) => !links.has(id));
  const segments: Segment[] = [];
  const again: LogRow[] = [];
  let offset = 0;
  for (const read of chain) {
    const { asked, answered } = read.conversation;
    const found = alignCalls(asked, [read.call, ...others], read.call.id);
    others = found.others;
    again.push(...found.again);
    segments.push({ read, placed: found.placed, offset });
    offset += asked.length + answered.length;
  }
  const outside = new Set(others);
  const own = [last, ...left].filter((call) => !outside.has(call));
  return { branch: { segments, last, calls: own.toReversed(), again }, others };
}
