/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The dots one would click first, for those who do not use a pointer.
import { Html } from "@elysiajs/html";
import type { PerformancePoint } from "../../../ports/browse.ts";
import { Ago } from "../shared/clock-time.tsx";
import { duration } from "../shared/format.ts";
import type { PageFrame } from "../shared/pages-deps.ts";
import { listHref, type PerformanceQuery } from "./performance-query.ts";

export interface SlowestProps {
  readonly frame: PageFrame;
  readonly query: PerformanceQuery;
  /** Newest first. */
  readonly points: readonly PerformancePoint[];
}

const slowestShown = 8;

/** Without sorting the thousands that are not shown. */
function slowestOf(
  points: readonly PerformancePoint[],
  y: PerformanceQuery["y"],
): readonly PerformancePoint[] {
  const slowest: PerformancePoint[] = [];
  for (const point of points) {
    const time = point[y];
    const last = slowest[slowestShown - 1]?.[y] ?? -1;
    if (time === null || time <= last) continue;
    slowest.splice(slowest.findLastIndex((other) => (other[y] ?? 0) >= time) + 1, 0, point);
    if (slowest.length > slowestShown) slowest.pop();
  }
  return slowest;
}

export function Slowest({ points, query, frame }: SlowestProps): JSX.Element {
  const { y } = query;
  const slowest = slowestOf(points, y);
  if (slowest.length === 0) return "";
  return (
    <section class="part" aria-labelledby="slowest-title">
      <header class="section-head">
        <h2 id="slowest-title">Slowest drawn</h2>
        <a href={listHref(query, { sort: "duration" })}>All, longest first</a>
      </header>
      <ol class="slowest">
        {slowest.map((point) => (
          <li>
            <a href={`/request/${encodeURIComponent(point.id)}`} safe>
              {duration(point[y])}
            </a>{" "}
            <span class="model" safe>
              {point.model ?? "no model"}
            </span>{" "}
            <span class="faint">
              <span safe>
                {[point.upstream, point.user]
                  .flatMap((name) => (name === null ? [] : `${name} · `))
                  .join("")}
              </span>
              <Ago iso={point.timestamp} now={frame.now} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
