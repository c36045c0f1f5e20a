// Which cells stand in the database, as far as this router knows: those need not be written again, and
// where there are too many, calls of new ones are folded into others.
import { addTally, dayMs, type TallyChange, type TallyTotal } from "../rows/tally.ts";
import { type Cell, cellKey, foldedCell, foldingFor, foldLevels } from "../rows/tally-cells.ts";
import type { Run } from "./client.ts";

/** A cell that is to be there before its tallies are. */
export interface NeededCell {
  readonly cell: Cell;
  readonly key: string;
  /** Day of its latest call, since 1970. */
  readonly usedOn: number;
}

/** What a batch adds to tallies, ready to be written. */
export interface FoldedTallies {
  /** Each span and key once. */
  readonly changes: readonly TallyChange[];
  /** Those that may not be there. */
  readonly cells: readonly NeededCell[];
}

export interface CellBook {
  /** Folds cells beyond the bound. Asks the server where it meets new ones, and rejects as it does. */
  fold(run: Run, changes: readonly TallyChange[]): Promise<FoldedTallies>;
  /** To be called once they are in for good. */
  written(cells: readonly NeededCell[]): void;
  /** Nothing is known any longer: the database may be another one. */
  forget(): void;
}

/** More than there can be of them, unless many have gone. */
const mostRemembered = 20_000;

export function createCellBook(): CellBook {
  /** By key, `used_on` as it is there at least. */
  const there = new Map<string, number>();
  /** What became of cells for which there was no room. */
  const folded = new Map<string, Pick<NeededCell, "cell" | "key">>();

  async function meet(run: Run, unknown: ReadonlyMap<string, Cell>): Promise<void> {
    const ways = new Map([...unknown].map(([key, cell]) => [key, foldedWays(cell)]));
    const keys = [...ways].flatMap(([key, folds]) => [key, ...folds.map((fold) => fold.key)]);
    const rows = await run<{ key: string | null; day: number; count: number }>(
      `select replace(key::text, '-', '') as key, used_on as day, count
        from (select count(*)::integer as count from cells) as counted
        left join (cells join unnest($1::text::uuid[]) as sought (key) using (key)) on true`,
      [`{${[...new Set(keys)].join(",")}}`],
    );
    let count = rows[0]?.count ?? 0;
    for (const { key, day } of rows) if (key !== null) there.set(key, day);
    for (const [key, folds] of ways) {
      if (there.has(key)) continue;
      const level = foldingFor(count);
      const possible = folds.filter(({ cell }) => cell.folded <= level);
      // The least folded that is there: its calls may have been counted there when there was more room.
      const own = possible.find((fold) => there.has(fold.key)) ?? possible.at(-1);
      if (own === undefined) count++;
      else folded.set(key, own);
    }
  }

  return {
    async fold(run, changes) {
      if (there.size > mostRemembered) there.clear();
      if (folded.size > mostRemembered) folded.clear();
      const unknown = new Map<string, Cell>();
      for (const { key, cell } of changes)
        if (!there.has(key) && !folded.has(key)) unknown.set(key, cell);
      if (unknown.size > 0) await meet(run, unknown);
      const own = folded.size === 0 ? changes : mergedChanges(changes, folded);
      const cells = new Map<string, NeededCell>();
      for (const { key, cell, start } of own) {
        const day = Math.floor(start / dayMs);
        const usedOn = Math.max(day, cells.get(key)?.usedOn ?? day);
        if ((there.get(key) ?? -1) < usedOn) cells.set(key, { key, cell, usedOn });
      }
      return { changes: own, cells: [...cells.values()] };
    },
    written(cells) {
      for (const { key, usedOn } of cells) there.set(key, Math.max(usedOn, there.get(key) ?? 0));
    },
    forget() {
      there.clear();
      folded.clear();
    },
  };
}

/** What a cell may be folded to, the least folded first. */
function foldedWays(cell: Cell): readonly Pick<NeededCell, "cell" | "key">[] {
  return foldLevels
    .filter((level) => level > cell.folded)
    .map((level) => foldedCell(cell, level))
    .map((own) => ({ cell: own, key: cellKey(own) }));
}

/** Several cells may have become one. */
function mergedChanges(
  changes: readonly TallyChange[],
  folded: ReadonlyMap<string, Pick<NeededCell, "cell" | "key">>,
): readonly TallyChange[] {
  if (!changes.some(({ key }) => folded.has(key))) return changes;
  const merged = new Map<string, TallyChange & TallyTotal>();
  for (const change of changes) {
    const own = { ...change, ...folded.get(change.key) };
    const place = `${own.span} ${own.start} ${own.key}`;
    const before = merged.get(place);
    if (before !== undefined) addTally(before, own);
    else
      merged.set(place, {
        ...own,
        durations: new Map(own.durations),
        ttfts: new Map(own.ttfts),
      });
  }
  return [...merged.values()];
}
