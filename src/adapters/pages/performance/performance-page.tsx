/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/performance`: how long calls took against their tokens, and the same as a table.
import { Html } from "@elysiajs/html";
import type { NamedFigures } from "../dashboard/activity.ts";
import { assets } from "../shared/assets.ts";
import { alarm, perSecond } from "../dashboard/figures.tsx";
import { Ago } from "../shared/clock-time.tsx";
import { duration, percent, whole } from "../shared/format.ts";
import { type HeadProps, Layout } from "../shared/layout.tsx";
import type { Frame } from "../shared/pages-deps.ts";
import type { PerformancePoint } from "../../../ports/browse.ts";
import {
  colours,
  mostPoints,
  performanceHref,
  type PerformanceQuery,
  periods,
  scales,
  surfaces,
  xAxes,
  yAxes,
} from "./performance-query.ts";

export interface PerformancePageProps {
  readonly frame: Frame;
  readonly query: PerformanceQuery;
  /** Newest first. */
  readonly points: readonly PerformancePoint[];
  readonly groups: readonly NamedFigures[];
  /** Names to offer. */
  readonly models: readonly string[];
}

/** Groups with a colour of their own; beyond that colours are told apart by nobody. */
export const colouredGroups = 8;
const groupsShown = 30;
const slowestShown = 8;

export const performanceHead: HeadProps = {
  title: "Performance",
  scripts: [assets.uplot.path, assets.performance.path],
  styles: [assets.uplotStyle.path],
};

export function PerformancePage(props: PerformancePageProps): JSX.Element {
  const { frame, query, points } = props;
  return (
    <Layout {...performanceHead} frame={frame} at="performance">
      <header class="page-head">
        <h1>Performance</h1>
        <p class="faint" safe>
          {counted(points.length)}
        </p>
      </header>
      <Filters query={query} models={props.models} />
      {points.length === 0 ? (
        <p class="notice">
          No call has ended in this time. Calls show up here as soon as they are over; a longer
          period may have some.
        </p>
      ) : (
        <>
          <Scatter query={query} />
          <Groups {...props} />
          <Slowest {...props} />
        </>
      )}
    </Layout>
  );
}

function counted(count: number): string {
  if (count >= mostPoints) return `the last ${whole(count)} calls`;
  return `${whole(count)} ${count === 1 ? "call" : "calls"}`;
}

function Filters(props: {
  readonly query: PerformanceQuery;
  readonly models: readonly string[];
}): JSX.Element {
  const { query, models } = props;
  return (
    <form class="filters labelled" method="get" action="/performance" aria-label="What is drawn">
      <Choice name="y" label="Up" of={yAxes} chosen={query.y} />
      <Choice name="x" label="Across" of={xAxes} chosen={query.x} />
      <Choice name="by" label="Colour" of={colours} chosen={query.by} />
      <Choice name="scale" label="Axes" of={scales} chosen={query.scale} />
      <Choice name="hours" label="Period" of={periods} chosen={query.hours} />
      <Choice name="service_type" label="API" of={surfaces} chosen={query.service_type} />
      <label class="field">
        <span>Model</span>
        <input
          type="text"
          name="model"
          value={query.model}
          placeholder="any"
          list="known-models"
          maxlength={300}
          autocomplete="off"
          spellcheck="false"
        />
        <datalist id="known-models">
          {models.map((model) => (
            <option value={model} />
          ))}
        </datalist>
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

interface ChoiceProps {
  readonly name: keyof PerformanceQuery;
  readonly label: string;
  readonly of: Readonly<Record<string, string>>;
  readonly chosen: string;
}

function Choice({ name, label, of, chosen }: ChoiceProps): JSX.Element {
  return (
    <label class="field narrow">
      <span safe>{label}</span>
      <select name={name}>
        {Object.entries(of).map(([value, words]) => (
          <option value={value} selected={value === chosen} safe>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Scatter({ query }: { readonly query: PerformanceQuery }): JSX.Element {
  const what = `${yAxes[query.y]} against ${xAxes[query.x].toLowerCase()}, a dot for each call`;
  return (
    <section class="scatter" aria-labelledby="scatter-title">
      <header class="section-head">
        <h2 id="scatter-title" safe>
          {what}
        </h2>
        <p class="faint">
          drag to zoom, click a dot for its request{" "}
          <button type="button" class="small" id="zoom-out" hidden>
            Zoom out
          </button>
        </p>
      </header>
      <div
        id="scatter"
        role="img"
        aria-label={`${what}; the tables below have the figures`}
        data-points={performanceHref("/performance/points", query)}
        data-scale={query.scale}
        data-x={xAxes[query.x]}
        data-y={yAxes[query.y]}
      >
        <p class="nothing" id="scatter-state" role="status">
          Loading the calls…
        </p>
        <noscript>
          <p class="nothing">The chart is drawn by a script; the tables below have the figures.</p>
        </noscript>
      </div>
    </section>
  );
}

function Groups({ groups, query }: PerformancePageProps): JSX.Element {
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
function Slowest({ points, query, frame }: PerformancePageProps): JSX.Element {
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
