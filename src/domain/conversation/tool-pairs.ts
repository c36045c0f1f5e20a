// Which result belongs to which call of a tool, over all turns of a conversation.
import type { Turn } from "./turn.ts";

export interface ToolPairs {
  /** The tool that was called under an id; null: no call of that id is there. */
  nameOf(id: string): string | null;
  /** Whether a call has its result. */
  isAnswered(id: string): boolean;
}

export function toolPairs(turns: readonly Turn[]): ToolPairs {
  const names = new Map<string, string>();
  const answered = new Set<string>();
  for (const { parts } of turns)
    for (const part of parts) {
      if (part.kind === "tool-call" && part.id !== null) names.set(part.id, part.name);
      else if (part.kind === "tool-result" && part.id !== null) answered.add(part.id);
    }
  return { nameOf: (id) => names.get(id) ?? null, isAnswered: (id) => answered.has(id) };
}
