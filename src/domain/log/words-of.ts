// The words of a call, for stores that keep words and not an index of SQLite's: the same that its
// FTS5 makes of the same texts.
import { soughtParts } from "./search-words.ts";
import { visitWords } from "./visit-words.ts";
import { plainWord } from "./word-characters.ts";

/** UTF-16 units of a word that are compared: an index has no room for longer ones. */
export const longestWord = 512;

/** By what a call is found. */
export interface FoundBy {
  readonly names: string;
  readonly asked: string;
  readonly answered: string;
}

/** Every word of the texts in order, an empty one between two texts: no phrase goes on from one to the next. */
export function wordsOf({ names, asked, answered }: FoundBy): readonly string[] {
  const words: string[] = [];
  for (const text of [names, asked, answered]) {
    const own = wordsIn(text);
    if (own.length === 0) continue;
    if (words.length > 0) words.push("");
    for (const word of own) words.push(word);
  }
  return words;
}

/** The words of one text, as they are compared; longer ones than an index holds are cut. */
export function wordsIn(text: string): readonly string[] {
  // Most texts; several times as fast as looking at each character.
  if (onlyAscii.test(text)) return text.toLowerCase().match(asciiWords)?.map(cut) ?? [];
  const words: string[] = [];
  visitWords(text, (start, end, isAscii) => {
    const word = text.slice(start, end);
    words.push(comparedWord(word, isAscii));
    return true;
  });
  return words;
}

const onlyAscii = /^[\0-\x7f]*$/;
const asciiWords = /[a-z0-9]+/g;

/** A word of a text as it is compared. @param isAscii all of it is */
export function comparedWord(word: string, isAscii: boolean): string {
  return cut(isAscii ? word.toLowerCase() : plainWord(word));
}

/** Not within a character. */
function cut(word: string): string {
  if (word.length <= longestWord) return word;
  const last = word.codePointAt(longestWord - 1) ?? 0;
  return word.slice(0, last > 0xffff ? longestWord - 1 : longestWord);
}

/** A part of a search: words that must stand next to each other, in this order. */
export interface SoughtWords {
  /** At least one. */
  readonly words: readonly string[];
  /** The last word may go on. */
  readonly open: boolean;
}

/** What a search asks for, all of which must be found; null: something that nothing is found by. */
export function soughtWords(search: string): readonly SoughtWords[] | null {
  const parts = soughtParts(search).map(({ phrase, open }) => ({ words: wordsIn(phrase), open }));
  return parts.length === 0 || parts.some((part) => part.words.length === 0) ? null : parts;
}

/** Whether all that is sought stands among these words, as `wordsOf` gives them. */
export function hasWords(words: readonly string[], sought: readonly SoughtWords[]): boolean {
  return sought.every((part) =>
    words.some((_, from) =>
      part.words.every((word, place) => {
        const there = words[from + place] ?? "";
        const mayGoOn = part.open && place === part.words.length - 1;
        return mayGoOn ? there.startsWith(word) : there === word;
      }),
    ),
  );
}
