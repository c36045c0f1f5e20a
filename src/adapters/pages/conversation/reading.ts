// What the parts of a conversation's page share: where its images are, which result is whose, how much is laid out.
import { toolPairs, type ToolPairs } from "../../../domain/conversation/tool-pairs.ts";
import type { Conversation } from "../../../domain/conversation/turn.ts";

export interface Reading {
  readonly pairs: ToolPairs;
  /** Id of the call whose bodies hold the conversation. */
  readonly callId: string;
  /** Whether texts are shown as they are, not as Markdown. */
  readonly isPlain: boolean;
  /** Takes characters of what may still be laid out as Markdown; false where there are not enough left. */
  spend(characters: number): boolean;
}

/** Characters of Markdown on one page: laying them out takes some 20 ms on a small machine. */
const mostMarkdown = 80_000;

export function createReading(
  conversation: Pick<Conversation, "asked" | "answered">,
  callId: string,
  isPlain: boolean,
): Reading {
  let left = isPlain ? 0 : mostMarkdown;
  return {
    pairs: toolPairs([...conversation.asked, ...conversation.answered]),
    callId,
    isPlain,
    spend(characters) {
      if (characters > left) return false;
      left -= characters;
      return true;
    },
  };
}

/** Where an image of a turn is; @param turn the turn's place, `a` before it where it was answered */
export function imageAddress(callId: string, turn: string, part: number): string {
  return `/request/${encodeURIComponent(callId)}/image/${turn}.${part}`;
}
