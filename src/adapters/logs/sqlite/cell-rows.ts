// The cells that tallies are kept by: each stands once in its table, whose numbers are remembered beside
// the connection that writes.
import type { Database } from "bun:sqlite";
import { dayMs, type TallyChange } from "../rows/tally.ts";
import {
  type Cell,
  cellColumns,
  cellKey,
  foldedCell,
  foldingFor,
  type FoldLevel,
  foldLevels,
} from "../rows/tally-cells.ts";
import { inTransaction, runSql } from "../sqlite-file/run-sql.ts";

export const cellTable = `create table cells (
    cell integer primary key autoincrement, key text not null unique, service_type text not null,
    original_model text, mapped_model text, upstream text, who text, client text,
    state text not null, status_code integer, folded integer not null, used_on integer not null)`;

export interface CellBook {
  /**
   * The number of each change's cell, in their order; for a new cell beyond the bound, that of the
   * cell it is folded into. Within a transaction.
   */
  numbersOf(db: Database, changes: readonly TallyChange[]): readonly number[];
  /** A transaction has failed: what it wrote is not there. */
  forget(): void;
}

interface Known {
  readonly cell: number;
  /** Day of the latest call, since 1970, as it is there at least. */
  used_on: number;
}

/** More than there can be of them, unless many have gone. */
const mostRemembered = 20_000;

const insertSql = `insert into cells (key, ${cellColumns.join(", ")}, used_on)
  values (?, ${cellColumns.map(() => "?").join(", ")}, ?) returning cell`;

export function createCellBook(): CellBook {
  const known = new Map<string, Known>();
  /** How many there are; null: not counted yet. */
  let count: number | null = null;

  function look(db: Database, keys: readonly string[]): void {
    const sql =
      "select key, cell, used_on from cells where key in (select value from json_each(?))";
    for (const { key, ...row } of runSql<Known & { readonly key: string }>(db, sql, [
      JSON.stringify(keys),
    ]))
      known.set(key, row);
  }

  /** One that is not there is begun, folded if need be. */
  function meet(db: Database, key: string, cell: Cell, day: number): Known {
    const there = known.get(key);
    if (there !== undefined) return there;
    count ??= runSql<{ cells: number }>(db, "select count(*) as cells from cells")[0]?.cells ?? 0;
    const level = foldingFor(count);
    if (foldedCell(cell, level) === cell) return insert(db, key, cell, day);
    const into = foldedInto(db, cell, level, day);
    known.set(key, into);
    return into;
  }

  /** The least folded that is there: its calls may have been counted there when there was more room. */
  function foldedInto(db: Database, cell: Cell, level: FoldLevel, day: number): Known {
    const cells = foldLevels
      .filter((one) => one > cell.folded && one <= level)
      .map((one) => foldedCell(cell, one))
      .map((own) => ({ own, key: cellKey(own) }));
    const unknown = cells.flatMap(({ key }) => (known.has(key) ? [] : [key]));
    if (unknown.length > 0) look(db, unknown);
    for (const { key } of cells) {
      const there = known.get(key);
      if (there !== undefined) return there;
    }
    const own = foldedCell(cell, level);
    return insert(db, cellKey(own), own, day);
  }

  function insert(db: Database, key: string, cell: Cell, day: number): Known {
    const values = [key, ...cellColumns.map((column) => cell[column]), day];
    const [row] = runSql<{ cell: number }>(db, insertSql, values);
    if (row === undefined) throw new Error("a cell could not be written");
    count = (count ?? 0) + 1;
    const begun = { cell: row.cell, used_on: day };
    known.set(key, begun);
    return begun;
  }

  return {
    numbersOf(db, changes) {
      if (known.size > mostRemembered) known.clear();
      const unknown = new Set(changes.map(({ key }) => key).filter((key) => !known.has(key)));
      if (unknown.size > 0) look(db, [...unknown]);
      return changes.map(({ key, cell, start }) => {
        const day = Math.floor(start / dayMs);
        const found = meet(db, key, cell, day);
        if (found.used_on < day) {
          runSql(db, "update cells set used_on = ? where cell = ?", [day, found.cell]);
          found.used_on = day;
        }
        return found.cell;
      });
    },
    forget() {
      known.clear();
      count = null;
    },
  };
}

/** Does the work in one transaction; where that fails, the book forgets what it met in it. */
export function withCells<Result>(db: Database, book: CellBook, work: () => Result): Result {
  try {
    return inTransaction(db, "immediate", work);
  } catch (error) {
    book.forget();
    throw error;
  }
}

/** Cells never change, and no number is given twice: they are remembered from one question to the next. */
const met = new WeakMap<Database, Map<number, Cell>>();

/** Cells by their numbers, those of them that are there. */
export function cellsOf(db: Database, numbers: Iterable<number>): ReadonlyMap<number, Cell> {
  const cells = met.get(db) ?? new Map<number, Cell>();
  met.set(db, cells);
  if (cells.size > mostRemembered) cells.clear();
  const unknown = [...new Set(numbers)].filter((number) => !cells.has(number));
  if (unknown.length > 0)
    for (const { cell, ...row } of runSql<Cell & { readonly cell: number }>(
      db,
      `select cell, ${cellColumns.join(", ")} from cells
        where cell in (select value from json_each(?))`,
      [JSON.stringify(unknown)],
    ))
      cells.set(cell, row);
  return cells;
}

/** Removes cells, at most `limit`, that no tally of a day or later can be of. @param day since 1970 */
export function removeUnusedCells(db: Database, day: number, limit: number): number {
  return runSql(
    db,
    `delete from cells where cell in (select cell from cells where used_on < ? limit ?) returning 1`,
    [day, limit],
  ).length;
}
