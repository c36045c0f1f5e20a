// The filters that a policy asks for, composed; and one whole text cleaned by them.
import type { Policy } from "../routing/types.ts";
import { createJsonFenceFilter } from "./json-fence.ts";
import { chainFilters, type Fate, type MakeFilter } from "./text-filter.ts";
import { createThinkingFilter } from "./thinking.ts";
import { thinkingTags } from "./thinking-tags.ts";

/** What of a policy concerns an answer's text. */
export type CleanPolicy = Pick<Policy, "stripThinking" | "stripJsonMarkdown" | "thinkingPrefilled">;

export interface CleanText {
  readonly content: string;
  /** The blocks that `move` took out, joined by a blank line. */
  readonly moved: string;
}

/** Whether the policy cleans nothing. */
export function leavesTexts({ stripThinking, stripJsonMarkdown }: CleanPolicy): boolean {
  return stripThinking === "keep" && !stripJsonMarkdown;
}

/** How to make the filter for one answer's text; null where the policy leaves texts alone. */
export function filterFor(policy: CleanPolicy): MakeFilter | null {
  const { stripThinking, stripJsonMarkdown } = policy;
  if (stripThinking === "keep") return stripJsonMarkdown ? createJsonFenceFilter : null;
  const options = { move: stripThinking === "move", prefilled: policy.thinkingPrefilled };
  const thinking: MakeFilter = (out) => createThinkingFilter(options, out);
  if (!stripJsonMarkdown) return thinking;
  return (out) => chainFilters(thinking, createJsonFenceFilter, out);
}

/**
 * Whether the filters would certainly leave a whole text as it is: nothing that opens a block stands in it.
 * A search at memory speed, which spares nearly every answer the filters.
 */
export function hasNoBlock(policy: CleanPolicy, text: string): boolean {
  if (policy.stripThinking !== "keep") {
    if (policy.thinkingPrefilled) return false;
    for (const { open } of thinkingTags) if (text.includes(open)) return false;
  }
  return !policy.stripJsonMarkdown || !(text.includes("```") || text.includes("["));
}

/** Between two blocks of reasoning. */
const blankLine = "\n\n";

export interface Reasoning {
  /** Reasoning is there that no filter has moved. */
  add(): void;
  /** What goes before the next run: a blank line where it begins another block. */
  before(fate: Fate): string;
}

/** Remembers, for one answer, whether a moved run continues its block or begins another. */
export function createReasoning(): Reasoning {
  let some = false;
  let inBlock = false;
  return {
    add() {
      some = true;
    },
    before(fate) {
      const begins = fate === "move" && !inBlock;
      inBlock = fate === "move";
      const gap = begins && some ? blankLine : "";
      some ||= inBlock;
      return gap;
    },
  };
}

/**
 * One whole text, cleaned.
 * @param hasReasoning the answer has reasoning of its own, which moved blocks will follow
 */
export function cleanText(make: MakeFilter, text: string, hasReasoning: boolean): CleanText {
  const content: string[] = [];
  const moved: string[] = [];
  const reasoning = createReasoning();
  if (hasReasoning) reasoning.add();
  const filter = make((fate, run) => {
    const gap = reasoning.before(fate);
    if (fate === "keep") content.push(run);
    else if (fate === "move") moved.push(gap, run);
  });
  filter.push(text);
  filter.end();
  return { content: content.join(""), moved: moved.join("") };
}
