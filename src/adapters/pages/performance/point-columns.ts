// Points for the chart as columns: a tenth of what they take as objects.
import type { PerformancePoint } from "../../../ports/browse.ts";
import type { PerformanceQuery } from "./performance-query.ts";

export interface PointColumns {
  /** The groups that have a colour; a group's place is its number. */
  readonly names: readonly string[];
  readonly id: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The number of each point's group; -1: one without a colour. */
  readonly group: readonly number[];
  /** The places of points whose call did not complete. */
  readonly failed: readonly number[];
}

/** Calls that lack either value are left out: nothing can be drawn of them. */
export function pointColumns(
  points: readonly PerformancePoint[],
  { x, y, by }: Pick<PerformanceQuery, "x" | "y" | "by">,
  names: readonly string[],
): PointColumns {
  const places = new Map(names.map((name, place) => [name, place]));
  const columns = {
    names,
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
    columns.group.push(places.get(point[by] ?? "") ?? -1);
  }
  return columns;
}
