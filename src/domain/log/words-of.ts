// The words of a call, for stores that keep words and not an index of SQLite's: the same that its
// FTS5 makes of the same texts.
import { characterKind, plainWord } from "./word-characters.ts";
import { soughtParts, spacedWords } from "./search-words.ts";

/** UTF-16 units of a word that are compared: an index has no room for longer ones. */
const longestWord = 512;

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
  const spaced = spacedWords(text);
  const words: string[] = [];
  let start = -1;
  let isAscii = true;
  for (let at = 0; at <= spaced.length; at++) {
    const code = spaced.codePointAt(at) ?? 0;
    const goesOn = isWordAt(code, start >= 0);
    if (goesOn) {
      if (start < 0) [start, isAscii] = [at, true];
      if (code > 0x7f) isAscii = false;
    } else if (start >= 0) {
      const word = spaced.slice(start, at);
      words.push(cut(isAscii ? word.toLowerCase() : plainWord(word)));
      start = -1;
    }
    if (code > 0xffff) at++;
  }
  return words;
}

const onlyAscii = /^[\0-\x7f]*$/;
const asciiWords = /[a-z0-9]+/g;

function isWordAt(code: number, within: boolean): boolean {
  if (code <= 0x7f)
    return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || isUpper(code);
  const kind = characterKind(code);
  return kind === "word" || (kind === "mark" && within);
}

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
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
