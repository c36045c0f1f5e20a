/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Small charts over time, drawn where the page is made: bars and lines without a script.
import { Html } from "@elysiajs/html";

export interface ChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** Slices of time from left to right; what lies in each, in words, for the pointer; null: nothing. */
  readonly hints: readonly (string | null)[];
  /** The whole stretch of time, epoch ms. */
  readonly over: { readonly from: number; readonly to: number };
  readonly bars?: readonly Series[];
  readonly lines?: readonly Series[];
}

export interface Series {
  /** The class that gives it its colour. */
  readonly kind: string;
  readonly values: readonly (number | null)[];
}

/** In the drawing's own units; the page stretches it. */
const height = 40;
const sliceWidth = 10;

export function Chart({ label, hints, over, bars = [], lines = [] }: ChartProps): JSX.Element {
  const largest = Math.max(
    1e-9,
    ...[...bars, ...lines].flatMap(({ values }) => values.map((value) => value ?? 0)),
  );
  const width = hints.length * sliceWidth;
  const y = (value: number): number =>
    Math.round((1 - value / largest) * (height - 2) * 10) / 10 + 1;
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      data-from={String(Math.round(over.from))}
      data-to={String(Math.round(over.to))}
    >
      <path class="ground" d={`M0 ${height - 0.5}H${width}`} />
      {bars.map(({ kind, values }) => (
        <path class={`bars ${kind}`} d={values.map((value, at) => bar(value, at, y)).join("")} />
      ))}
      {lines.map(({ kind, values }) => (
        <path class={`line ${kind}`} d={path(values, y)} />
      ))}
      {/* Nothing to style or to lay out until the pointer comes. */}
      <g class="hints">
        {hints.map((hint, at) =>
          hint === null ? (
            ""
          ) : (
            <rect x={String(at * sliceWidth)} width={String(sliceWidth)} height={String(height)}>
              <title safe>{hint}</title>
            </rect>
          ),
        )}
      </g>
    </svg>
  );
}

function bar(value: number | null, at: number, y: (value: number) => number): string {
  if (value === null || value === 0) return "";
  // What is there can be seen.
  const top = Math.min(y(value), height - 2);
  return `M${at * sliceWidth + 1} ${height}V${top}h${sliceWidth - 2}V${height}z`;
}

/** Unbroken over slices in which nothing happened: they say nothing, they are not a zero. */
function path(values: readonly (number | null)[], y: (value: number) => number): string {
  const known = values.flatMap((value, at) => (value === null ? [] : [[at, value] as const]));
  const middle = (at: number): number => (at + 0.5) * sliceWidth;
  const [only] = known;
  if (known.length === 1 && only !== undefined)
    return `M${only[0] * sliceWidth} ${y(only[1])}h${sliceWidth}`;
  return known
    .map(([at, value], place) => `${place === 0 ? "M" : "L"}${middle(at)} ${y(value)}`)
    .join("");
}
