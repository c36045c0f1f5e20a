// The conversation of a thread, from the requests of its calls: the newest that is still kept holds all of
// it, unless it names the answer that it continues: then the calls before it hold what was said before.
import { callIdIn } from "../../../domain/call/answer-id.ts";
import { readConversation } from "../../../domain/conversation/read-conversation.ts";
import type { Conversation } from "../../../domain/conversation/turn.ts";
import type { LogDetail, LogRow } from "../../../ports/browse.ts";
import type { PagesDeps } from "../shared/pages-deps.ts";

/** A call with what it asked and what it was answered. */
export interface ReadCall {
  readonly call: LogRow;
  readonly conversation: Conversation;
}

type Get = PagesDeps["browse"]["get"];

/** How many of the newest calls are looked at for one whose request is still kept. */
const mostOpened = 8;
/** Calls that are followed back: each holds a turn or two, and takes a read of its own. */
const mostLinks = 200;
/** How many calls are looked through for an answer whose id does not say which call gave it. */
const mostSought = 4;

/**
 * @param calls of the thread, newest first
 * @returns oldest first, the last one the newest that can be read; none: no request is kept
 */
export async function readChain(calls: readonly LogRow[], get: Get): Promise<readonly ReadCall[]> {
  const chain: ReadCall[] = [];
  for (const call of calls.slice(0, mostOpened)) {
    const read = readOf(call, await get(call.id));
    if (read === null) continue;
    chain.unshift(read.read);
    break;
  }
  while (chain.length > 0 && chain.length < mostLinks) {
    const continues = chain[0]?.conversation.continues ?? null;
    const at = calls.findIndex(({ id }) => id === chain[0]?.call.id);
    const before =
      continues === null ? null : await callBefore(calls.slice(at + 1), continues, get);
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
  const conversation = readConversation(
    detail.request_body_encoding === "base64" ? null : detail.request_body,
    detail.response_body_encoding === "base64" ? null : detail.response_body,
  );
  return conversation.asked.length === 0 ? null : { read: { call, conversation }, detail };
}
