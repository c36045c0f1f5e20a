// What is worth knowing of an answer although it came: cut at its length, going round in circles, or
// late since its model had to be loaded first.

import type { JsonRecord } from "../bytes/json.ts";

export interface JudgedAnswer {
  /** In chat's words; null: none was given. */
  readonly finish: string | null;
  /** Its text, at least the end of it. */
  readonly text: string;
  /** What the upstream says that loading the model took; null: it does not say. */
  readonly loadMs: number | null;
  /** The upstream read less of the prompt than was sent. */
  readonly isPromptCut: boolean;
}

export type AnswerWarning = "reply_cut" | "prompt_truncated" | "repeated" | "slow_load";

/** A model that is in memory says a few ms. */
const slowLoadMs = 3_000;

/**
 * What a document of an answer says that loading the model took, in ms; null: nothing. Ollama alone says it,
 * in the last one, in ns (https://github.com/ollama/ollama/blob/main/docs/api.md).
 */
export function loadTime(document: JsonRecord): number | null {
  const { load_duration: ns } = document;
  return typeof ns === "number" && ns >= 0 ? ns / 1_000_000 : null;
}

/** In the order in which they are shown. */
export function answerWarnings(answer: JudgedAnswer): readonly AnswerWarning[] {
  const { finish, text, loadMs, isPromptCut } = answer;
  const warnings: AnswerWarning[] = [];
  if (finish === "length") warnings.push("reply_cut");
  if (isPromptCut) warnings.push("prompt_truncated");
  // One that came to its end by itself repeated what it was asked to, unless it did so for long.
  const isEnded = finish !== null && finish !== "length";
  if (loops(text, isEnded ? longLoop : shortLoop)) warnings.push("repeated");
  if (loadMs !== null && loadMs >= slowLoadMs) warnings.push("slow_load");
  return warnings;
}

/** Characters at a text's end that say the same again and again. */
const shortLoop = 600;
const longLoop = 2_000;
/** Characters that are looked at. */
const tail = 4_000;
const fewestTurns = 6;
/** Letters in what is repeated, unless it is nothing but letters: rules of tables, zeros and blank cells have fewer. */
const fewestLetters = 3;
/** Characters of a text's end that would stand before, within a loop. */
const probe = 32;

/** Whether a text ends in one passage over and over, for at least that number of characters. Linear in what it looks at. */
function loops(text: string, fewest: number): boolean {
  if (text.length < fewest) return false;
  const end = text.slice(-tail);
  // Nearly every text is ruled out here.
  const before = end.lastIndexOf(end.slice(-probe), end.length - probe - 1);
  if (before < 0) return false;
  return longestLoop(end) >= fewest;
}

/** Characters of the longest end of a text that is one passage `fewestTurns` times or more; 0: none. */
function longestLoop(text: string): number {
  // Of the reversed text, each prefix's longest border says its period (Knuth, Morris, Pratt).
  const at = (index: number) => text.charCodeAt(text.length - 1 - index);
  const borders = new Uint16Array(text.length + 1);
  let longest = 0;
  let border = 0;
  for (let length = 2; length <= text.length; length++) {
    while (border > 0 && at(border) !== at(length - 1)) border = borders[border] ?? 0;
    if (at(border) === at(length - 1)) border++;
    borders[length] = border;
    const period = length - border;
    if (length >= period * fewestTurns && hasLetters(text.slice(-period))) longest = length;
  }
  return longest;
}

function hasLetters(passage: string): boolean {
  const letters = passage.match(/\p{L}/gu)?.length ?? 0;
  return letters >= fewestLetters || letters === passage.length;
}
