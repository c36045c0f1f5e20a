// The words of texts as the log's search compares them, and what a search asks for.

const ideographs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const everyIdeograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** Puts spaces around characters of scripts that put none between words, so that each is a word. */
export function spacedWords(text: string): string {
  return ideographs.test(text) ? text.replaceAll(everyIdeograph, " $& ") : text;
}

/** Whether a character is a word by itself. */
export function isIdeograph(character: string): boolean {
  return ideographs.test(character);
}

export interface SoughtPart {
  /** Words that must stand in this order, next to each other. */
  readonly phrase: string;
  /** The last word may go on. */
  readonly open: boolean;
}

/** Shorter beginnings of words are so many that they say nothing. */
const leastOpening = 3;

/**
 * The parts of a search, all of which must be found: text between quotation marks as it stands;
 * else what lies between spaces, the last word of each as a beginning, from three characters on.
 */
export function soughtParts(search: string): readonly SoughtPart[] {
  const parts: SoughtPart[] = [];
  for (const [, quoted, plain = ""] of search.matchAll(/"([^"]*)"?|([^\s"]+)/g)) {
    const phrase = spacedWords(quoted ?? plain).trim();
    if (!/[\p{L}\p{N}]/u.test(phrase)) continue;
    const lastWord = /[\p{L}\p{M}\p{N}]*$/u.exec(phrase)?.[0] ?? "";
    parts.push({ phrase, open: quoted === undefined && lastWord.length >= leastOpening });
  }
  return parts;
}
