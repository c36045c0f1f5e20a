// What a call asked and was answered, with what was said before it: its request holds all of that, unless it names the
// answer that it continues; then the calls before it do.
import { callIdIn } from "../../../domain/call/answer-id.ts";
import type { LogDetail, LogRow } from "../../../ports/browse.ts";
import { type ReadDetail, readDetail } from "../conversation/read-detail.ts";
import type { PagesDeps } from "../shared/pages-deps.ts";

/** A call with what it asked and what it was answered. */
export interface ReadCall extends ReadDetail {
  readonly call: LogRow;
}

export type Get = PagesDeps["browse"]["get"];

/** Calls that are followed back: each holds a turn or two, and takes a read of its own. */
const mostLinks = 200;
/** How many calls are looked through for an answer whose id does not say which call gave it. */
const mostSought = 4;

/**
 * @param last the call whose conversation it is
 * @param older calls of the thread before it, newest first
 * @returns oldest first; none: the last one's request is not kept, or holds no conversation
 */
export async function readChain(
  last: LogRow,
  older: readonly LogRow[],
  get: Get,
): Promise<readonly ReadCall[]> {
  const read = readOf(last, await get(last.id));
  const chain = read === null ? [] : [read.read];
  while (chain.length > 0 && chain.length < mostLinks) {
    const continues = chain[0]?.conversation.continues ?? null;
    const at = older.findIndex(({ id }) => id === chain[0]?.call.id);
    const before =
      continues === null ? null : await callBefore(older.slice(at + 1), continues, get);
    if (before === null) break;
    chain.unshift(before);
  }
  return chain;
}

/** The call that gave an answer. @param calls older ones, newest first */
async function callBefore(
  calls: readonly LogRow[],
  answer: string,
  get: Get,
): Promise<ReadCall | null> {
  const id = callIdIn(answer);
  const own = calls.find((call) => call.id === id);
  if (own !== undefined) return readOf(own, await get(own.id))?.read ?? null;
  for (const call of calls.slice(0, mostSought)) {
    const read = readOf(call, await get(call.id));
    if (read?.detail.response_body?.includes(`"${answer}"`) === true) return read.read;
  }
  return null;
}

function readOf(
  call: LogRow,
  detail: LogDetail | null,
): { readonly read: ReadCall; readonly detail: LogDetail } | null {
  if (detail === null) return null;
  const read = readDetail(detail);
  return read.conversation.asked.length === 0 ? null : { read: { call, ...read }, detail };
}
