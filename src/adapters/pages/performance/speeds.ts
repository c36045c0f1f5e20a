// How fast answers were written, which only the calls themselves say: no sum is kept of it.
import type { PerformancePoint } from "../../../ports/browse.ts";
import type { Dimension } from "../../../ports/periods.ts";
import { tokensPerSecond } from "../dashboard/activity.ts";
import type { GroupName } from "./point-columns.ts";

export interface Speed {
  /** Completion tokens a second, between the first token and the end. */
  readonly median: number;
  /** The calls it is of: streamed, completed, and long enough to measure. */
  readonly calls: number;
}

export interface Speeds {
  /** null: no call says. */
  readonly all: Speed | null;
  /** Of those that have any. */
  readonly by: ReadonlyMap<GroupName, Speed>;
}

export function speedsOf(points: readonly PerformancePoint[], by: Dimension): Speeds {
  const all: number[] = [];
  const groups = new Map<GroupName, number[]>();
  for (const point of points) {
    const speed = point.state === "completed" ? tokensPerSecond(point) : null;
    if (speed === null) continue;
    all.push(speed);
    const group = groups.get(point[by]);
    if (group === undefined) groups.set(point[by], [speed]);
    else group.push(speed);
  }
  const byName = new Map<GroupName, Speed>();
  for (const [name, values] of groups) {
    const speed = medianOf(values);
    if (speed !== null) byName.set(name, speed);
  }
  return { all: medianOf(all), by: byName };
}

function medianOf(values: readonly number[]): Speed | null {
  const sorted = Float64Array.from(values).sort();
  const median = sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)];
  return median === undefined ? null : { median, calls: values.length };
}
