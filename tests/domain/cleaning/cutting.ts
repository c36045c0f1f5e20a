// Texts cut into pieces and pushed through a filter, or written as a stream's deltas.
import {
  type CleanPolicy,
  type CleanText,
  createReasoning,
  filterFor,
} from "../../../src/domain/cleaning/clean-text.ts";

export const keepAll: CleanPolicy = {
  stripThinking: "keep",
  stripJsonMarkdown: false,
  thinkingPrefilled: false,
};

/** Every policy under which something is cleaned. */
export const policies: readonly CleanPolicy[] = (["keep", "strip", "move"] as const)
  .flatMap((stripThinking) =>
    [false, true].flatMap((stripJsonMarkdown) =>
      [false, true].map((thinkingPrefilled) => ({
        stripThinking,
        stripJsonMarkdown,
        thinkingPrefilled,
      })),
    ),
  )
  .filter((policy) => policy.stripThinking !== "keep" || policy.stripJsonMarkdown);

/** Pieces of a text, cut at these indexes (any order, repeated or not). */
export function cutAt(text: string, cuts: readonly number[]): string[] {
  const sorted = [0, ...cuts.toSorted((a, b) => a - b), text.length];
  return sorted.slice(1).map((end, at) => text.slice(sorted[at], end));
}

/** What the incremental filters make of the pieces. */
export function cleanPieces(policy: CleanPolicy, pieces: readonly string[]): CleanText {
  let content = "";
  let moved = "";
  let seen = "";
  const reasoning = createReasoning();
  const filter = filterFor(policy)!((fate, text) => {
    const gap = reasoning.before(fate);
    seen += text;
    if (fate === "keep") content += text;
    else if (fate === "move") moved += gap + text;
  });
  for (const [at, piece] of pieces.entries()) {
    // The short cut and the long way must agree; every other piece takes the long way.
    const fate = at % 2 === 0 && piece !== "" ? filter.certain(piece) : null;
    if (fate === null) filter.push(piece);
    else {
      filter.pass(piece);
      reasoning.before(fate);
      seen += piece;
      if (fate === "keep") content += piece;
    }
  }
  filter.end();
  if (seen !== pieces.join("")) throw new Error("the filter's runs are not the text");
  return { content, moved };
}

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Up to `most` random indexes of a text. */
export function randomCuts(text: string, most: number, chance: () => number): number[] {
  const count = 1 + Math.floor(chance() * most);
  return Array.from({ length: count }, () => Math.floor(chance() * (text.length + 1)));
}

const soupOf = [
  ..."<think> </think> <thinking> </thinking> <reasoning> </reasoning> [think] [/think] [THINK] [/THINK]".split(
    " ",
  ),
  ...'< </ [ think > ` `` ``` ```` ~~~ json [json] [/json] a { } " \\ 🙂 [1]'.split(" "),
  "```json\n",
  "\n```\n",
  "```\n{",
  "[json]\n",
  "b c",
  "\n",
  "\n",
  "\n\n",
  "\r\n",
  " ",
  "  ",
  "\t",
];

/** A text in which every tag, fence and marker meets every other. */
export function soup(most: number, chance: () => number): string {
  const count = Math.floor(chance() * most);
  return Array.from({ length: count }, () => soupOf[Math.floor(chance() * soupOf.length)]).join("");
}
