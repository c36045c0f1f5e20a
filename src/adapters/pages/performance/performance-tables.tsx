/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What stands below the performance chart: the figures by group, and the slowest calls.
import { Html } from "@elysiajs/html";
import type { NamedFigures } from "../dashboard/activity.ts";
import { perSecond } from "../dashboard/activity-words.ts";
import { alarm } from "../dashboard/figures.tsx";
import { Ago } from "../shared/clock-time.tsx";
import { duration, percent, whole } from "../shared/format.ts";
import type { PageFrame } from "../shared/pages-deps.ts";
import type { PerformancePoint } from "../../../ports/browse.ts";
import { colours, performanceHref, type PerformanceQuery } from "./performance-query.ts";

export interface PerformanceTablesProps {
  readonly frame: PageFrame;
  readonly query: PerformanceQuery;
  /** Newest first. */
  readonly points: readonly PerformancePoint[];
  readonly groups: readonly NamedFigures[];
}

/** Groups with a colour of their own; nobody can tell more colours apart. */
export const colouredGroups = 8;
const groupsShown = 30;
const slowestShown = 8;

export function GroupFigures({ groups, query }: PerformanceTablesProps): JSX.Element {
  return (
    <div class="scroll" tabindex="0" role="region" aria-label="Figures">
      <table class="config figures-table">
        <caption class="hidden" safe>{`Figures by ${query.by}`}</caption>
        <thead>
          <tr>
            <th scope="col" safe>
              {colours[query.by]}
            </th>
            {["Calls", "Median", "p95", "First token", "Tokens/s", "Errors"].map((head) => (
              <th scope="col" class="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, groupsShown).map((group, place) => (
            <tr>
              <th scope="row">
                <i
                  class={`swatch s${place < colouredGroups ? place + 1 : 0}`}
                  aria-hidden="true"
                ></i>
                {query.by === "model" ? (
                  <a href={performanceHref("/performance", { ...query, model: group.name })} safe>
                    {group.name}
                  </a>
                ) : (
                  <span safe>{group.name}</span>
                )}
              </th>
              <td class="number">{whole(group.requests)}</td>
              <td class="number">{duration(group.median)}</td>
              <td class="number">{duration(group.p95)}</td>
              <td class="number">{duration(group.firstToken)}</td>
              <td class="number">{perSecond(group.speed).replace(" tokens/s", "")}</td>
              <td class={`number ${alarm(group)}`}>{percent(group.errors / group.requests)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {groups.length > groupsShown && (
        <p class="nothing">{`and ${whole(groups.length - groupsShown)} more`}</p>
      )}
    </div>
  );
}

/** Without sorting the tens of thousands that are not shown. */
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

/** The dots one would click first, for those who do not use a pointer. */
export function Slowest({ points, query, frame }: PerformanceTablesProps): JSX.Element {
  const { y } = query;
  const slowest = slowestOf(points, y);
  if (slowest.length === 0) return "";
  return (
    <section class="part" aria-labelledby="slowest-title">
      <h2 id="slowest-title">Slowest</h2>
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
              <span safe>{point.upstream === null ? "" : `${point.upstream} · `}</span>
              <Ago iso={point.timestamp} now={frame.now} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
