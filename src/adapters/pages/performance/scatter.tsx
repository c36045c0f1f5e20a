/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Where the scatter is drawn, with what is chosen of it: axes, zoom, and the legend, which the script fills.
import { Html } from "@elysiajs/html";
import { dimensions } from "../shared/period-query.ts";
import {
  type PerformanceAddress,
  performanceHref,
  type PerformanceQuery,
  scales,
  xAxes,
  yAxes,
} from "./performance-query.ts";

export interface ScatterProps {
  readonly query: PerformanceQuery;
  /** Which calls are drawn, in words. */
  readonly says: string;
}

export function Scatter({ query, says }: ScatterProps): JSX.Element {
  const { y, x, scale, period } = query;
  const what = `${yAxes[y]} against ${xAxes[x].toLowerCase()}`;
  const by = dimensions[period.by].toLowerCase();
  return (
    <section class="scatter" aria-labelledby="scatter-title">
      <header class="section-head">
        <h2 id="scatter-title" safe>
          {what}
        </h2>
        <p class="faint" safe>
          {`a dot for each call, ${says}`}
        </p>
      </header>
      <div class="choices">
        <Choice query={query} name="y" label="Y axis" of={yAxes} chosen={y} />
        <Choice query={query} name="x" label="X axis" of={xAxes} chosen={x} />
        <Choice query={query} name="scale" label="Scale" of={scales} chosen={scale} />
        <div class="zoom" id="zoom" role="group" aria-label="Zoom" hidden>
          <button type="button" class="small" id="zoom-in" aria-label="Zoom in">
            +
          </button>
          <button type="button" class="small" id="zoom-out" aria-label="Zoom out" disabled>
            −
          </button>
          <button type="button" class="small" id="zoom-all" disabled>
            Show all
          </button>
        </div>
      </div>
      <div
        id="scatter"
        role="group"
        aria-label={`${what}, a dot for each call, coloured by ${by}; the tables below have the figures`}
        data-points={performanceHref(query.address, {}, "/performance/points")}
        data-scale={scale}
        data-x={xAxes[x]}
        data-y={yAxes[y]}
      >
        <p class="nothing" id="scatter-state" role="status"></p>
        <noscript>
          <p class="nothing">
            The chart is drawn by a script, and scripts are off. The figures below are the same
            calls'.
          </p>
        </noscript>
      </div>
      <ul class="legend" id="legend" aria-label={`Series by ${by}`} hidden></ul>
      <p class="faint keys" id="scatter-keys" hidden>
        Drag over a part to zoom into it. With the focus on the chart, <kbd>+</kbd> and <kbd>−</kbd>{" "}
        zoom, arrows move, <kbd>0</kbd> shows all.
      </p>
    </section>
  );
}

interface ChoiceProps {
  readonly query: PerformanceQuery;
  readonly name: "x" | "y" | "scale";
  readonly label: string;
  readonly of: Readonly<Record<string, string>>;
  readonly chosen: string;
}

function Choice({ query, name, label, of, chosen }: ChoiceProps): JSX.Element {
  return (
    <nav class="segments" aria-label={label}>
      {Object.entries(of).map(([value, words]) => {
        const change: PerformanceAddress = { [name]: value };
        return (
          <a
            href={performanceHref(query.address, change)}
            aria-current={value === chosen ? "true" : undefined}
            safe
          >
            {words}
          </a>
        );
      })}
    </nav>
  );
}
