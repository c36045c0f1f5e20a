// Points for the chart as columns: a tenth of what they take as objects.
import type { PerformancePoint } from "../../../ports/browse.ts";
import type { Dimension } from "../../../ports/periods.ts";
import type { PerformanceQuery } from "./performance-query.ts";

/** Calls of one name, as the figures of a period have them; null: those that have none. */
export type GroupName = string | null;

export interface PointColumns {
  /** The groups that have a colour, in words; a group's place is its number. */
  readonly names: readonly string[];
  readonly id: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The number of each point's group; -1: one without a colour. */
  readonly group: readonly number[];
  /** The places of points whose call did not complete. */
  readonly failed: readonly number[];
}

/**
 * Calls that lack either value are left out: nothing can be drawn of them.
 * @param groups those that have a colour, with their words
 */
export function pointColumns(
  points: readonly PerformancePoint[],
  { x, y }: Pick<PerformanceQuery, "x" | "y">,
  by: Dimension,
  groups: ReadonlyMap<GroupName, string>,
): PointColumns {
  const places = new Map([...groups.keys()].map((name, place) => [name, place]));
  const columns = {
    names: [...groups.values()],
    id: [] as string[],
    x: [] as number[],
    y: [] as number[],
    group: [] as number[],
    failed: [] as number[],
  };
  for (const point of points) {
    const [across, up] = [point[x], point[y]];
    if (across === null || up === null) continue;
    if (point.state !== "completed") columns.failed.push(columns.id.length);
    columns.id.push(point.id);
    columns.x.push(across);
    columns.y.push(up);
    columns.group.push(places.get(point[by]) ?? -1);
  }
  return columns;
}
