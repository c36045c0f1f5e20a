// An answer as one text, for comparing it with another.
import type { Conversation } from "./turn.ts";

/**
 * Text, refusals and tool calls of all choices.
 * @param thinking whether it counts as text; no two runs share it
 */
export function answerText(
  { answered }: Conversation,
  { thinking = false }: { readonly thinking?: boolean } = {},
): string {
  return answered
    .flatMap(({ parts }) =>
      parts.flatMap((part): readonly string[] => {
        switch (part.kind) {
          case "text":
          case "refusal":
            return [part.text];
          case "tool-call":
            return [`${part.name}(${part.arguments})`];
          case "thinking":
            return thinking ? [part.text] : [];
          case "tool-result":
          case "media":
          case "vectors":
          case "other":
            return [];
        }
      }),
    )
    .join("\n\n");
}
