// Where in a text the words of a search stand: by the same words, compared in the same way, as the log's
// index finds the call.
import { withNumbersApart } from "./numbers-apart.ts";
import { visitWords } from "./visit-words.ts";
import { comparedWord, longestWord, type SoughtWords, soughtWords } from "./words-of.ts";

/** A place of a text, in UTF-16 units, `end` exclusive. */
export interface SoughtPlace {
  /** Number of the part of the search that stands there, from 0. */
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

export interface PlaceFinder {
  /** Parts of the search, all of which a call has to have. */
  readonly parts: number;
  /**
   * Places in a text, by their ends; they may overlap.
   * @param most of each part
   */
  places(text: string, most?: number): readonly SoughtPlace[];
  /** As `places`, in a model's name, whose numbers are found apart as well. */
  placesInModel(name: string): readonly SoughtPlace[];
}

/** @returns null where nothing is found by such a search */
export function createPlaceFinder(search: string): PlaceFinder | null {
  const sought = soughtWords(search);
  if (sought === null) return null;
  const places: PlaceFinder["places"] = (text, most = Number.POSITIVE_INFINITY) =>
    placesOf(text, sought, most);
  return {
    parts: sought.length,
    places,
    placesInModel(name) {
      const apart = withNumbersApart(name);
      if (apart === null) return places(name);
      const inParts = places(apart.text).map(({ part, start, end }) => ({
        part,
        start: apart.placeInName(start),
        end: apart.placeInName(end - 1) + 1,
      }));
      return [...places(name), ...inParts];
    },
  };
}

/** Places that touch or overlap as one, in order: from and to, the second exclusive. */
export function joinedPlaces(
  places: readonly SoughtPlace[],
): readonly (readonly [start: number, end: number])[] {
  const all: [start: number, end: number][] = [];
  for (const { start, end } of places.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last === undefined || start > last[1]) all.push([start, end]);
    else last[1] = Math.max(last[1], end);
  }
  return all;
}

function placesOf(
  text: string,
  sought: readonly SoughtWords[],
  most: number,
): readonly SoughtPlace[] {
  const found: SoughtPlace[] = [];
  const left = sought.map(() => most);
  let parts = sought.length;
  const met = createMetWords(text, Math.max(...sought.map(({ words }) => words.length)));
  visitWords(text, (start, end, isAscii) => {
    met.add(start, end, isAscii);
    for (const [part, own] of sought.entries()) {
      const still = left[part] ?? 0;
      if (still === 0 || !met.endWith(own)) continue;
      found.push({ part, start: met.startOf(own.words.length), end });
      left[part] = still - 1;
      if (still === 1) parts--;
    }
    return parts > 0;
  });
  return found;
}

/** The words of a text that were met last, without an object or a string for each. */
interface MetWords {
  add(start: number, end: number, isAscii: boolean): void;
  /** Whether these are the last ones. */
  endWith(sought: SoughtWords): boolean;
  /** Where the last of them begin. */
  startOf(count: number): number;
}

/** @param most that are asked for */
function createMetWords(text: string, most: number): MetWords {
  const starts = new Int32Array(most);
  const ends = new Int32Array(most);
  const ascii = new Uint8Array(most);
  let count = 0;
  const slotOf = (back: number) => (count - back) % most;

  function isWord(slot: number, word: string, open: boolean): boolean {
    const [start = 0, end = 0] = [starts[slot], ends[slot]];
    if (ascii[slot] === 0) {
      const compared = comparedWord(text.slice(start, end), false);
      return open ? compared.startsWith(word) : compared === word;
    }
    const length = Math.min(end - start, longestWord);
    if (open ? length < word.length : length !== word.length) return false;
    for (let at = 0; at < word.length; at++) {
      const code = text.charCodeAt(start + at);
      if ((code >= 0x41 && code <= 0x5a ? code + 0x20 : code) !== word.charCodeAt(at)) return false;
    }
    return true;
  }

  return {
    add(start, end, isAscii) {
      const slot = count % most;
      [starts[slot], ends[slot], ascii[slot]] = [start, end, isAscii ? 1 : 0];
      count++;
    },
    endWith({ words, open }) {
      if (count < words.length) return false;
      // The last one first: nearly always it is another.
      for (let back = 1; back <= words.length; back++)
        if (!isWord(slotOf(back), words[words.length - back] ?? "", open && back === 1))
          return false;
      return true;
    },
    startOf: (back) => starts[slotOf(back)] ?? 0,
  };
}
