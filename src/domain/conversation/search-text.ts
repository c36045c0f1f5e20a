// What of a conversation the log's search looks through.
import type { Conversation, Turn, TurnPart } from "./turn.ts";

/** Characters of what is new in a call: asked since the model's last answer, and answered. */
export const newText = 64 * 1024;
/** Characters of the turns before: the rows of earlier calls hold them in full. */
const olderText = 4 * 1024;

/** The words that were said, the newest of them first, bounded. */
export function searchText({ asked, answered, error }: Conversation): string {
  const lastAnswer = asked.findLastIndex((turn) => turn.role === "assistant");
  return [
    partsText(answered, newText),
    (error ?? "").slice(0, olderText),
    partsText(asked.slice(lastAnswer + 1), newText),
    partsText(asked.slice(0, lastAnswer + 1).toReversed(), olderText),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

function partsText(turns: readonly Turn[], most: number): string {
  const texts: string[] = [];
  let left = most;
  for (const part of turns.flatMap((turn) => turn.parts)) {
    if (left <= 0) break;
    const text = partText(part).slice(0, left);
    left -= text.length;
    if (text !== "") texts.push(text);
  }
  return texts.join("\n");
}

function partText(part: TurnPart): string {
  switch (part.kind) {
    case "text":
    case "thinking":
    case "refusal":
    case "tool-result":
      return part.text;
    case "tool-call":
      return `${part.name} ${part.arguments}`;
    case "media":
      return part.label ?? "";
    case "vectors":
    case "other":
      return "";
  }
}
