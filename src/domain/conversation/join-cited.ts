// Texts that citations have cut into pieces, as the one text that they are.
import type { Source, TextPart, TurnPart } from "./turn.ts";

/** Neighbouring texts of which one names its sources are one text, and its sources theirs. */
export function joinCited(parts: readonly TurnPart[]): readonly TurnPart[] {
  if (!parts.some((part) => part.kind === "text" && part.sources !== undefined)) return parts;
  const joined: TurnPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === "text" && last?.kind === "text" && (last.sources ?? part.sources))
      joined.splice(-1, 1, bothOf(last, part));
    else joined.push(part);
  }
  return joined;
}

function bothOf(first: TextPart, second: TextPart): TextPart {
  const known = new Map<string, Source>();
  for (const source of [...(first.sources ?? []), ...(second.sources ?? [])])
    known.set(JSON.stringify(source), source);
  return { kind: "text", text: first.text + second.text, sources: [...known.values()] };
}
