/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/performance`: how long calls took against their tokens, as a chart and as tables.
import { Html } from "@elysiajs/html";
import { assets } from "../shared/assets.ts";
import { whole } from "../shared/format.ts";
import { type HeadProps, Layout } from "../shared/layout.tsx";
import {
  colours,
  maxPoints,
  performanceHref,
  type PerformanceQuery,
  periods,
  scales,
  surfaces,
  xAxes,
  yAxes,
} from "./performance-query.ts";
import { GroupFigures, type PerformanceTablesProps, Slowest } from "./performance-tables.tsx";

export interface PerformancePageProps extends PerformanceTablesProps {
  /** Names to offer. */
  readonly models: readonly string[];
}

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
          No call has ended in this period. Calls appear here as soon as they end; a longer period
          may have some.
        </p>
      ) : (
        <>
          <Scatter query={query} />
          <GroupFigures {...props} />
          <Slowest {...props} />
        </>
      )}
    </Layout>
  );
}

function counted(count: number): string {
  if (count >= maxPoints) return `the last ${whole(count)} calls`;
  return `${whole(count)} ${count === 1 ? "call" : "calls"}`;
}

function Filters(props: {
  readonly query: PerformanceQuery;
  readonly models: readonly string[];
}): JSX.Element {
  const { query, models } = props;
  return (
    <form class="filters labelled" method="get" action="/performance" aria-label="What is drawn">
      <Choice name="y" label="Y axis" of={yAxes} chosen={query.y} />
      <Choice name="x" label="X axis" of={xAxes} chosen={query.x} />
      <Choice name="by" label="Colour" of={colours} chosen={query.by} />
      <Choice name="scale" label="Scale" of={scales} chosen={query.scale} />
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

interface SelectProps {
  readonly name: keyof PerformanceQuery;
  readonly label: string;
  readonly of: Readonly<Record<string, string>>;
  readonly chosen: string;
}

function Choice({ name, label, of, chosen }: SelectProps): JSX.Element {
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
