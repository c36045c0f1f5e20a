// Where a call has what was searched for, as a list shows it: a line of text around the place. What the
// row says by itself comes first; what was asked and answered is looked through for what it does not say.
import { joinedPlaces, type PlaceFinder, type SoughtPlace } from "./sought-places.ts";

/** Where it stands: in a field of the row, in what was asked, or in what was answered. */
export type MatchedIn =
  | "id"
  | "model"
  | "upstream"
  | "user"
  | "address"
  | "error"
  | "request"
  | "response"
  | "path";

export interface MatchedPlace {
  readonly in: MatchedIn;
  /** One line, at most 160 UTF-16 units; `…` stands for what is left out before and behind it. */
  readonly text: string;
  /** What of it was searched for: in order, in UTF-16 units, the second exclusive; at least one. */
  readonly at: readonly (readonly [number, number])[];
}

/** What of a row is searched. */
export interface SearchedRow {
  readonly id: string;
  readonly original_model: string | null;
  readonly mapped_model: string | null;
  readonly upstream: string | null;
  readonly auth_user: string | null;
  readonly source_ip: string;
  readonly error_message: string | null;
  readonly path: string;
  /** As its list shows it: what is found there needs no other place. */
  readonly asked: string | null;
}

export interface RowMatch {
  /** Where the row itself has the most of what its last words do not say; null: nowhere, or they say it all. */
  readonly place: MatchedPlace | null;
  /** Parts of the search that stand in no field that a list shows, by their numbers. */
  readonly missing: ReadonlySet<number>;
}

/** An id, or its beginning. */
export function isIdStart(search: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f-]{0,27}$/i.test(search);
}

/** Where an id begins so. */
export function placeInId(id: string, search: string): MatchedPlace {
  return { in: "id", text: id, at: [[0, Math.min(search.length, id.length)]] };
}

export function matchInRow(row: SearchedRow, finder: PlaceFinder): RowMatch {
  const unseen = new Set(Array.from({ length: finder.parts }, (_, part) => part));
  for (const { part } of finder.places(row.asked ?? "", 1)) unseen.delete(part);
  const missing = new Set(unseen);
  const { original_model: original, mapped_model: mapped } = row;
  const fields: readonly Field[] = [
    ["model", original, (text) => finder.placesInModel(text)],
    ["model", mapped === original ? null : mapped, (text) => finder.placesInModel(text)],
    ["upstream", row.upstream],
    ["user", row.auth_user],
    ["address", row.source_ip],
    ["error", row.error_message],
  ];
  let best: Found | null = null;
  for (const [name, text, placesIn = (own: string) => finder.places(own, mostPlaces)] of fields) {
    const found = foundIn(name, text ?? "", placesIn, unseen);
    for (const part of found.parts) missing.delete(part);
    if (found.parts.size > (best?.parts.size ?? 0)) best = found;
  }
  return { place: best === null ? null : placeOf(best, finder), missing };
}

type PlacesIn = (text: string) => readonly SoughtPlace[];
type Field = readonly [name: MatchedIn, text: string | null, placesIn?: PlacesIn];

/** A text of a call, and how to come by it. */
export type SearchedText = readonly [name: "request" | "response", read: () => string];

/**
 * The text that has the most of what is missing; of several the first, and what comes behind one that has all
 * is not read. null: none has any.
 */
export function matchInTexts(
  texts: readonly SearchedText[],
  finder: PlaceFinder,
  missing: ReadonlySet<number>,
): MatchedPlace | null {
  const most = finder.parts === 1 ? 1 : mostPlaces;
  let best: Found | null = null;
  for (const [name, read] of texts) {
    const found = foundIn(name, read(), (text) => finder.places(text, most), missing);
    if (found.parts.size > (best?.parts.size ?? 0)) best = found;
    if (found.parts.size === missing.size) break;
  }
  return best === null ? null : placeOf(best, finder);
}

/** What most rows have in common says least, so that it is looked at last. */
export function matchInPath(path: string, finder: PlaceFinder): MatchedPlace | null {
  const every = new Set(Array.from({ length: finder.parts }, (_, part) => part));
  const found = foundIn("path", path, (text) => finder.places(text), every);
  return found.parts.size === 0 ? null : placeOf(found, finder);
}

/** Of each part, of which the place with the most parts beside each other is chosen. */
const mostPlaces = 50;

interface Found {
  readonly name: MatchedIn;
  readonly text: string;
  /** Of what is wanted. */
  readonly parts: ReadonlySet<number>;
  /** Likewise; in order. */
  readonly places: readonly SoughtPlace[];
}

function foundIn(
  name: MatchedIn,
  text: string,
  placesIn: PlacesIn,
  wanted: ReadonlySet<number>,
): Found {
  const places = placesIn(text)
    .filter(({ part }) => wanted.has(part))
    .toSorted((a, b) => a.start - b.start);
  return { name, text, parts: new Set(places.map(({ part }) => part)), places };
}

/** UTF-16 units of a line, of what stands in it before the place, and of white space that is looked through for them. */
const [longest, longestBefore, reach] = [160, 40, 2_000];

function placeOf({ name, text, places }: Found, finder: PlaceFinder): MatchedPlace {
  const { start, end } = densest(places);
  const before = endOf(oneLine(text.slice(Math.max(0, start - reach), start)), start > reach);
  const left = longest - before.length;
  const behind = beginningOf(
    oneLine(text.slice(start, start + reach)),
    left,
    text.length > start + reach,
  );
  const line = before + behind;
  const placesIn = name === "model" ? finder.placesInModel(line) : finder.places(line);
  const at = joinedPlaces(placesIn);
  // A phrase may be longer than the line.
  const whole = [before.length, Math.min(line.length, before.length + end - start)] as const;
  return { in: name, text: line, at: at.length > 0 ? at : [whole] };
}

/** The place from which on the line has the most parts; of several one of the rarest part, and of these the first. */
function densest(places: readonly SoughtPlace[]): SoughtPlace {
  const counts = new Map<number, number>();
  for (const { part } of places) counts.set(part, (counts.get(part) ?? 0) + 1);
  let best: { readonly place: SoughtPlace; readonly parts: number; readonly rank: number } | null =
    null;
  for (const [at, place] of places.entries()) {
    const parts = new Set([place.part]);
    for (let next = at + 1; next < places.length; next++) {
      const own = places[next];
      if (own === undefined || own.start > place.start + longest - longestBefore) break;
      if (own.end <= place.start + longest - longestBefore) parts.add(own.part);
    }
    const rank = counts.get(place.part) ?? 0;
    if (best === null || parts.size > best.parts || (parts.size === best.parts && rank < best.rank))
      best = { place, parts: parts.size, rank };
  }
  if (best === null) throw new Error("no place was found");
  return best.place;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").toWellFormed();
}

/** The end of what stands before the place, from the beginning of a word on. @param more there is more before it */
function endOf(line: string, more: boolean): string {
  if (line.length <= longestBefore && !more) return line.trimStart();
  const cut = line.slice(-(longestBefore - 1));
  const space = cut.indexOf(" ");
  // Where a script puts no spaces, it is cut where it is long enough; half a character is not.
  const words = space >= 0 && space < cut.length - 1 ? cut.slice(space + 1) : withoutHalf(cut);
  return `…${words}`;
}

/** The beginning of a line, to the end of a word. @param more there is more behind it */
function beginningOf(line: string, most: number, more: boolean): string {
  if (line.length <= most && !more) return line.trimEnd();
  const cut = line.slice(0, most - 1);
  const space = cut.lastIndexOf(" ");
  const words = space > most / 2 ? cut.slice(0, space) : withoutHalf(cut);
  return `${words}…`;
}

/** Without the halves of characters that a cut leaves at its ends. */
function withoutHalf(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, "").replace(/[\ud800-\udbff]$/, "");
}
