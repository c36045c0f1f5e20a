// The last words that a person or program asked, as a list of calls shows them.
import type { Turn } from "./turn.ts";

/** Characters that are shown. */
const mostShown = 200;
/** Characters of a text that are looked at. */
const mostRead = 16 * 1024;
/** What agents put into a person's turn beside the person's words. */
const agentBlock =
  /<(system-reminder|environment_context|environment_details|user_instructions|ide_opened_file|ide_selection)>[\s\S]*?(?:<\/\1>|$)/g;

/** Something that leaves a mark; a line of joiners and fillers alone is nothing that one could read or click on. */
const isSeen = /[^\s\p{Default_Ignorable_Code_Point}\p{Cf}]/u;

/**
 * @param turns of the request, see `askedTurns`
 * @returns one line, at most 200 characters: the newest turn's words, or the name of the tool whose result it
 *   brings; null: nothing was asked in words
 */
export function askedWords(turns: readonly Turn[]): string | null {
  for (const turn of turns.toReversed()) {
    if (turn.role === "assistant" || turn.role === "suffix") continue;
    if (turn.role === "system" || turn.role === "developer") continue;
    const words = wordsOf(turn) ?? toolOf(turn, turns);
    if (words !== null) return words;
  }
  return null;
}

function wordsOf(turn: Turn): string | null {
  let last: string | null = null;
  for (const part of turn.parts) if (part.kind === "text") last = oneLine(part.text) ?? last;
  return last;
}

function toolOf(turn: Turn, turns: readonly Turn[]): string | null {
  const result = turn.parts.findLast((part) => part.kind === "tool-result");
  if (result === undefined) return null;
  const called = result.id === null ? null : nameOfCall(result.id, turns);
  return oneLine(called ?? turn.name ?? "");
}

function nameOfCall(id: string, turns: readonly Turn[]): string | null {
  for (const turn of turns.toReversed())
    for (const part of turn.parts)
      if (part.kind === "tool-call" && part.id === id) return part.name;
  return null;
}

function oneLine(text: string): string | null {
  const read = text.slice(0, mostRead);
  const own = read.includes("<") ? read.replace(agentBlock, " ") : read;
  const line = own.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (!isSeen.test(line)) return null;
  if (line.length <= mostShown) return line.toWellFormed();
  const cut = line.slice(0, mostShown);
  const last = cut.charCodeAt(mostShown - 1);
  // Half of a pair is left out.
  return (last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut).toWellFormed();
}
