// The effort of thinking in the words that a server of OpenAI's APIs has.
import type { ThinkingEffort } from "./neutral/request.ts";
import type { ServerTraits } from "./server-traits.ts";

/** Each word, and those to say in its place where a server has it not; `max` is Ollama's own, and Anthropic's. */
const efforts: Readonly<Record<ThinkingEffort, readonly ThinkingEffort[]>> = {
  minimal: ["minimal", "low"],
  low: ["low"],
  medium: ["medium"],
  high: ["high"],
  xhigh: ["xhigh", "high"],
  max: ["xhigh", "high"],
};

/** undefined: it has none for it. */
export function takenEffort(
  wanted: ThinkingEffort,
  { efforts: known, refuses }: Pick<ServerTraits, "efforts" | "refuses">,
): ThinkingEffort | undefined {
  return efforts[wanted].find((word) => known.has(word) && !refuses.has(`effort: ${word}`));
}
