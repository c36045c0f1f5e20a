// Rows that were searched for, each with the place where it has what was sought: the same over every store.
import type { CapturedBodies, CapturedBody } from "../../../domain/log/log-entry.ts";
import {
  isIdStart,
  type MatchedPlace,
  matchInPath,
  matchInRow,
  matchInTexts,
  placeInId,
} from "../../../domain/log/matched-place.ts";
import { createPlaceFinder, type PlaceFinder } from "../../../domain/log/sought-places.ts";
import type { ListedRow, LogRow } from "../../../ports/browse.ts";
import { spokenTexts } from "../pipeline/spoken-text.ts";
import { bodyBytes } from "./log-row.ts";

type SpokenBodies = Pick<CapturedBodies, "request" | "response">;

/** What reading a row's request and answer takes. */
export interface ListedSize {
  readonly bytes: number;
  /** Segments that have to be unpacked: once, be it for several rows. */
  readonly segments: readonly (string | number)[];
}

/** Bodies of some of the rows of a list. */
export interface ListedBodies {
  /** By the row's id; one without any is left out. */
  readonly sizes: ReadonlyMap<string, ListedSize>;
  /** Reads those of some rows; what cannot be read is left out. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, SpokenBodies>>;
}

/** Says where the bodies of rows lie, and reads none of them. @param ids of rows that are listed */
export type LocateBodies = (ids: readonly string[]) => Promise<ListedBodies>;

export interface BodyRoom {
  /** Bytes of bodies that are read for one list. */
  readonly ofList: number;
  /** Bytes of a row's bodies; larger ones are left unread. */
  readonly ofRow: number;
  /** ms for which bodies that come from another machine are waited for. */
  readonly waitMs: number;
}

/** A list is to be there in tens of milliseconds, and a megabyte takes up to ten. */
const usualRoom: BodyRoom = { ofList: 3 * 1024 * 1024, ofRow: 1024 * 1024, waitMs: 1_000 };

/** What unpacking a segment costs, in bytes of bodies that are read in that time. */
const bytesPerSegment = 16 * 1024;

export interface PlaceSearch {
  /**
   * Finds the place in each row that does not show it in its last words asked. Rows whose bodies are not there,
   * or beyond the room, have none but in what the row says by itself. What was found is known the next time, so
   * that a list which is asked for again and again goes on with those that were left out.
   * @param q as in a LogFilter
   */
  withPlaces(
    rows: readonly LogRow[],
    q: string,
    locate: LocateBodies,
  ): Promise<readonly ListedRow[]>;
}

export function createPlaceSearch(room: BodyRoom = usualRoom): PlaceSearch {
  const known = createKnownPlaces();

  /** Places of rows by their ids; null: its bodies have none. */
  async function placesInBodies(
    unread: readonly Unread[],
    q: string,
    finder: PlaceFinder,
    locate: LocateBodies,
  ): Promise<ReadonlyMap<string, MatchedPlace | null>> {
    const places = new Map<string, MatchedPlace | null>();
    const located = await locate(unread.map(({ row }) => row.id));
    const wanted: Unread[] = [];
    for (const one of unread) {
      const place = known.get(q, one.row.id);
      // What has been removed since is not shown any longer.
      if (place === undefined) wanted.push(one);
      else if (located.sizes.has(one.row.id)) places.set(one.row.id, place);
    }
    const chosen = chosenIds(wanted, located.sizes, room);
    const bodies = chosen.length === 0 ? noBodies : await located.read(chosen);
    for (const { row, missing } of wanted) {
      const own = bodies.get(row.id);
      if (own === undefined) continue;
      const place = placeInBodies(own, finder, missing);
      places.set(row.id, place);
      if (row.state !== "inflight") known.add(q, row.id, place);
    }
    return places;
  }

  return {
    async withPlaces(rows, q, locate) {
      if (isIdStart(q)) return rows.map((row) => ({ ...row, match: placeInId(row.id, q) }));
      const finder = createPlaceFinder(q);
      if (finder === null) return rows;
      const read = rows.map((row) => ({ row, ...matchInRow(row, finder) }));
      const unread = read.filter(({ missing }) => missing.size > 0);
      const places =
        unread.length === 0
          ? noPlaces
          : await inTime(placesInBodies(unread, q, finder, locate), room.waitMs);
      return read.map(({ row, place, missing }) => {
        const own = missing.size === 0 ? null : (places.get(row.id) ?? null);
        const inPath = missing.size === 0 ? null : matchInPath(row.path, finder);
        const match = own ?? place ?? inPath;
        return match === null ? row : { ...row, match };
      });
    },
  };
}

interface Unread {
  readonly row: LogRow;
  readonly missing: ReadonlySet<number>;
}

const noBodies: ReadonlyMap<string, SpokenBodies> = new Map();
const noPlaces: ReadonlyMap<string, MatchedPlace | null> = new Map();

/** Those that there is room for. */
function chosenIds(
  wanted: readonly Unread[],
  sizes: ListedBodies["sizes"],
  { ofList, ofRow }: BodyRoom,
): readonly string[] {
  const chosen: string[] = [];
  const unpacked = new Set<string | number>();
  let left = ofList;
  for (const { row } of wanted) {
    const size = sizes.get(row.id);
    if (size === undefined || size.bytes > ofRow) continue;
    const fresh = size.segments.filter((segment) => !unpacked.has(segment));
    const cost = size.bytes + fresh.length * bytesPerSegment;
    if (cost > left) continue;
    left -= cost;
    for (const segment of fresh) unpacked.add(segment);
    chosen.push(row.id);
  }
  return chosen;
}

function placeInBodies(
  { request, response }: SpokenBodies,
  finder: PlaceFinder,
  missing: ReadonlySet<number>,
): MatchedPlace | null {
  const bytes = (body: CapturedBody | null) => (body === null ? null : bodyBytes(body));
  const said = spokenTexts(bytes(request), bytes(response));
  // What was there before is in the index where it was not known from another row.
  return matchInTexts(
    [
      ["request", () => said.fresh()],
      ["response", () => said.answered()],
      ["request", () => said.older()],
    ],
    finder,
    missing,
  );
}

/** The rows were read: that their bodies cannot be, or not in time, costs places and not the list. */
async function inTime(
  places: Promise<ReadonlyMap<string, MatchedPlace | null>>,
  ms: number,
): Promise<ReadonlyMap<string, MatchedPlace | null>> {
  const late = Promise.withResolvers<typeof noPlaces>();
  const timer = setTimeout(() => {
    late.resolve(noPlaces);
  }, ms);
  try {
    return await Promise.race([places.catch(() => noPlaces), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Some pages of rows of some searches. */
const maxKnown = 1_000;

/** What searches have found in bodies of late. */
function createKnownPlaces() {
  const places = new Map<string, MatchedPlace | null>();
  const keyOf = (q: string, id: string) => `${id} ${q}`;
  return {
    /** undefined: it is not known. */
    get: (q: string, id: string) => places.get(keyOf(q, id)),
    add(q: string, id: string, place: MatchedPlace | null) {
      places.set(keyOf(q, id), place);
      const [oldest] = places.size > maxKnown ? places.keys() : [];
      if (oldest !== undefined) places.delete(oldest);
    },
  };
}
