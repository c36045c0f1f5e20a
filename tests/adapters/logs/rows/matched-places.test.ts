// How many bodies are read to find the places of a search: what is beyond the room, or cannot be had, is left out.
import { expect, test } from "bun:test";
import {
  createPlaceSearch,
  type ListedSize,
  type LocateBodies,
} from "../../../../src/adapters/logs/rows/matched-places.ts";
import { logRow } from "../../../../src/adapters/logs/rows/log-row.ts";
import type { ListedRow } from "../../../../src/ports/browse.ts";
import { captured, logWrite, noon } from "../../../lab/log-entries.ts";

const room = { ofList: 100_000, ofRow: 60_000, waitMs: 600_000 };
const rows = Array.from({ length: 4 }, (_, at) => logRow(logWrite({ timestamp: noon - at })));
const bodies = {
  request: captured(JSON.stringify({ messages: [{ role: "user", content: "a zebra" }] })),
  response: null,
};

/** Bodies of such sizes, and which of them have been read. */
function store(sizes: readonly (Partial<ListedSize> | null)[]) {
  const reads: string[][] = [];
  const locate: LocateBodies = async (ids) => ({
    sizes: new Map(
      rows.flatMap(({ id }, at) => {
        const size = sizes[at] ?? null;
        return size === null || !ids.includes(id)
          ? []
          : [[id, { bytes: 10, segments: [], ...size }] as const];
      }),
    ),
    async read(chosen) {
      reads.push([...chosen]);
      return new Map(chosen.map((id) => [id, bodies]));
    },
  });
  return {
    locate,
    read: () => reads.map((ids) => ids.map((id) => rows.findIndex((row) => row.id === id))),
  };
}

const shown = (listed: readonly ListedRow[]) => listed.map(({ match }) => match?.in ?? null);

test("what is larger than a row may be, and what there is no more room for, is not read", async () => {
  const places = createPlaceSearch(room);
  const { locate, read } = store([
    { bytes: 60_001 },
    { bytes: 60_000 },
    { bytes: 50_000 },
    { bytes: 9 },
  ]);
  expect(shown(await places.withPlaces(rows, "zebra", locate))).toEqual([
    null,
    "request",
    null,
    "request",
  ]);
  expect(read()).toEqual([[1, 3]]);
});

test("a segment takes room once, however many rows need it", async () => {
  const places = createPlaceSearch({ ...room, ofList: 40_000 });
  const { locate, read } = store([
    { segments: [1, 2] },
    { segments: [2, 1] },
    { segments: [3] },
    { segments: [2] },
  ]);
  await places.withPlaces(rows, "zebra", locate);
  expect(read()).toEqual([[0, 1, 3]]);
});

test("what was found is known the next time, and the rest is read then", async () => {
  const places = createPlaceSearch(room);
  const { locate, read } = store([{ bytes: 60_000 }, { bytes: 60_000 }, { bytes: 9 }, null]);
  expect(shown(await places.withPlaces(rows, "zebra", locate))).toEqual([
    "request",
    null,
    "request",
    null,
  ]);
  expect(shown(await places.withPlaces(rows, "zebra", locate))).toEqual([
    "request",
    "request",
    "request",
    null,
  ]);
  await places.withPlaces(rows, "zebra", locate);
  expect(read()).toEqual([[0, 2], [1]]);
});

test("what was found is not shown once its bodies have gone", async () => {
  const places = createPlaceSearch(room);
  await places.withPlaces(rows, "zebra", store([{}, {}]).locate);
  const listed = await places.withPlaces(rows, "zebra", store([null, {}]).locate);
  expect(shown(listed)).toEqual([null, "request", null, null]);
});

test("no bodies are looked for where the rows say it themselves, or nothing is sought", async () => {
  const places = createPlaceSearch(room);
  const never: LocateBodies = () => Promise.reject(new Error("asked"));
  expect(shown(await places.withPlaces(rows, "gpt-4", never))).toEqual(rows.map(() => "model"));
  expect(await places.withPlaces(rows, "%", never)).toEqual([...rows]);
});

test("bodies that cannot be read, or not in time, cost places and not the list", async () => {
  const places = createPlaceSearch({ ...room, waitMs: 1 });
  const away: LocateBodies = () => Promise.reject(new Error("away"));
  expect(await places.withPlaces(rows, "zebra", away)).toEqual([...rows]);
  const silent: LocateBodies = () => new Promise(() => undefined);
  expect(await places.withPlaces(rows, "zebra", silent)).toEqual([...rows]);
});
