// Cells: calls that filters and breakdowns cannot tell apart. Figures of periods are kept by cell, the
// same in every store, which keeps each cell once, by its key, and gives it a number of its own.
import { CryptoHasher } from "bun";
import { clientPasses } from "../../../domain/log/client-program.ts";
import { namesWith } from "../../../domain/log/name-part.ts";
import type { LoggedService, LogState } from "../../../domain/log/log-entry.ts";
import type { CallFilter, Dimension } from "../../../ports/periods.ts";

/**
 * What of a cell was given up for want of room: nothing; the names of models and client; those of
 * upstream and user as well. What was given up is null.
 */
export type FoldLevel = 0 | 1 | 2;

export const foldLevels: readonly FoldLevel[] = [0, 1, 2];

export interface Cell {
  readonly service_type: LoggedService;
  readonly original_model: string | null;
  readonly mapped_model: string | null;
  readonly upstream: string | null;
  /** `sub` of the token, else the address. */
  readonly who: string | null;
  /** With its version. */
  readonly client: string | null;
  readonly state: LogState;
  readonly status_code: number | null;
  readonly folded: FoldLevel;
}

/** Columns of a table of cells, beside its number and its key. */
export const cellColumns = [
  "service_type",
  "original_model",
  "mapped_model",
  "upstream",
  "who",
  "client",
  "state",
  "status_code",
  "folded",
] as const satisfies readonly (keyof Cell)[];

/** Longer names have no cell of their own: a table of cells is small enough to be held in memory. */
const longestName = 500;

/** The cell of a call that has these columns; folded where a name is too long. */
export function cellOf(call: Omit<Cell, "folded">): Cell {
  const { service_type, original_model, mapped_model, upstream, who, client, state, status_code } =
    call;
  const isLong = (name: string | null) => name !== null && name.length > longestName;
  const cell: Cell = {
    service_type,
    original_model,
    mapped_model,
    upstream,
    who,
    client,
    state,
    status_code,
    folded: 0,
  };
  if ([upstream, who].some(isLong)) return foldedCell(cell, 2);
  return [original_model, mapped_model, client].some(isLong) ? foldedCell(cell, 1) : cell;
}

/** What becomes of a cell beyond the bound. */
export function foldedCell(cell: Cell, level: FoldLevel): Cell {
  if (level <= cell.folded) return cell;
  const models = { original_model: null, mapped_model: null, client: null };
  const names = level === 2 ? { upstream: null, who: null } : {};
  return { ...cell, ...models, ...names, folded: level };
}

/** Cells that are kept before those of new models and clients are folded, and those of new users and upstreams. */
export const mostCells = { named: 8_000, all: 10_000 } as const;

/** How far a cell that is not there yet has to be folded. @param cells that there are */
export function foldingFor(cells: number): FoldLevel {
  if (cells < mostCells.named) return 0;
  return cells < mostCells.all ? 1 : 2;
}

/** 32 hex digits that distinguish a cell from every other one. */
export function cellKey(cell: Cell): string {
  const text = JSON.stringify(cellColumns.map((column) => cell[column]));
  return new CryptoHasher("sha256").update(text).digest("hex").slice(0, 32);
}

/** `perhaps`: the names that the filter asks for were given up. */
export type CellAnswer = "yes" | "no" | "perhaps";

/** @returns tests whether the calls of a cell pass a filter that tallies know, its times aside */
export function cellTest(filter: CallFilter): (cell: Cell) => CellAnswer {
  const { model, user, client, service_type, status, upstream, state } = filter;
  const isModel = namesWith(model ?? "");
  const isClient = clientPasses(client ?? "");
  return (cell) => {
    const code = cell.status_code;
    const passes =
      (service_type === undefined || cell.service_type === service_type) &&
      (state === undefined || cell.state === state) &&
      (status === undefined || (code !== null && code >= status.from && code <= status.to));
    if (!passes) return "no";
    const isNamed =
      (cell.folded > 0 ||
        ((model === undefined ||
          [cell.original_model, cell.mapped_model].some(
            (name) => name !== null && isModel(name),
          )) &&
          (client === undefined || (cell.client !== null && isClient(cell.client))))) &&
      (cell.folded === 2 ||
        ((user === undefined || cell.who === user) &&
          (upstream === undefined || cell.upstream === upstream)));
    if (!isNamed) return "no";
    const asked = [
      [model, client],
      [user, upstream],
    ]
      .slice(0, cell.folded)
      .flat();
    return asked.every((name) => name === undefined) ? "yes" : "perhaps";
  };
}

/** What the calls of a cell are called in a breakdown; undefined: that was given up. */
export function cellName(cell: Cell, by: Dimension): string | null | undefined {
  const { folded } = cell;
  if (folded === 2 || (folded === 1 && (by === "model" || by === "client"))) return undefined;
  if (by === "model") return cell.mapped_model ?? cell.original_model;
  return by === "user" ? cell.who : cell[by];
}
