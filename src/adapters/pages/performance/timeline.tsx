/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// How long calls took over the period: median and p95, and the time to the first token. A slice leads to its calls.
import { Html } from "@elysiajs/html";
import { barsOf } from "../../../domain/log/period-range.ts";
import type { PerformancePoint } from "../../../ports/browse.ts";
import { type CallFigures, figuresBetween } from "../dashboard/activity.ts";
import { isDays, spanWords, Tick, ticksOf, type TimeSpan } from "../dashboard/time-axis.tsx";
import { duration, whole } from "../shared/format.ts";
import type { PageFrame } from "../shared/pages-deps.ts";
import { timeParam } from "../shared/period-query.ts";
import { timeScale } from "./time-scale.ts";
import { performanceHref, type PerformanceQuery } from "./performance-query.ts";

export interface TimelineProps {
  readonly frame: Pick<PageFrame, "now" | "zone">;
  readonly query: PerformanceQuery;
  /** Newest first. */
  readonly points: readonly PerformancePoint[];
  /** There are more, and older ones. */
  readonly isCut: boolean;
}

interface Slice extends TimeSpan {
  readonly figures: CallFigures;
}

interface Line {
  readonly kind: "median" | "p95" | "first";
  readonly words: string;
  readonly of: (figures: CallFigures) => number | null;
}

/** Two charts, as a first token comes in a fraction of the time that the whole answer takes. */
const charts: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: "Duration",
    lines: [
      { kind: "median", words: "median", of: ({ median }) => median },
      { kind: "p95", words: "p95", of: ({ p95 }) => p95 },
    ],
  },
  {
    title: "First token",
    lines: [{ kind: "first", words: "median", of: ({ firstToken }) => firstToken }],
  },
];

export function Timeline(props: TimelineProps): JSX.Element {
  const { query, points, isCut } = props;
  const slices = slicesOf(props);
  const day = isDays(slices);
  return (
    <section class="part over-time" aria-labelledby="over-time-title">
      <header class="section-head">
        <h2 id="over-time-title">Over time</h2>
        <p class="faint" safe>
          {isCut
            ? `of the newest ${whole(points.length)} calls: older ones of ${query.period.says} are not drawn`
            : `of completed calls, ${query.period.says}`}
        </p>
      </header>
      <div class="pair">
        {charts.map(({ title, lines }) => (
          <LineChart query={query} slices={slices} title={title} lines={lines} days={day} />
        ))}
      </div>
    </section>
  );
}

/** With more calls than are drawn, slices reach back less far. */
function slicesOf({ query, points, isCut, frame }: TimelineProps): readonly Slice[] {
  const { range } = query.period;
  const { now, zone } = frame;
  const oldest = isCut ? points.at(-1) : undefined;
  // The slice in which the oldest lies lacks some of its calls.
  const since =
    oldest === undefined ? range.since : Math.max(range.since, Date.parse(oldest.timestamp));
  const begins = barsOf({ ...range, since }, now, zone);
  const end = range.until ?? now;
  const figures = figuresBetween(points, begins);
  return begins.flatMap((from, place): readonly Slice[] => {
    const own = figures[place];
    return own === undefined ? [] : [{ from, to: begins[place + 1] ?? end, figures: own }];
  });
}

/** As many pixels as the style sheet gives it: words beside the lines must not be stretched. */
const height = 86;
/** In units that the page stretches. */
const wide = 10;
/** Of the words beside the lines, pixels. */
const scaleWidth = 48;

interface LineChartProps {
  readonly query: PerformanceQuery;
  readonly slices: readonly Slice[];
  readonly title: string;
  readonly lines: readonly Line[];
  /** Whether ticks are days. */
  readonly days: boolean;
}

function LineChart({ query, slices, title, lines, days }: LineChartProps): JSX.Element {
  const values = lines.map((line) => slices.map(({ figures }) => line.of(figures)));
  const scale = timeScale(values.flat(), height);
  return (
    <figure class="period-chart lines">
      <figcaption>
        <strong safe>{title}</strong>
        {lines.map(({ kind, words }) => (
          <span class="faint">
            <svg class="key" viewBox="0 0 18 6" aria-hidden="true">
              <path class={`line ${kind}`} d="M0 3H18" />
            </svg>
            <span safe>{words}</span>
          </span>
        ))}
      </figcaption>
      {scale === null ? (
        <p class="nothing">No completed call says.</p>
      ) : (
        <>
          <svg class="scale" viewBox={`0 0 ${scaleWidth} ${height}`} aria-hidden="true">
            {scale.ticks.map((tick) => (
              <text x={String(scaleWidth - 6)} y={String(scale.y(tick) + 4)} text-anchor="end" safe>
                {duration(tick)
                  .replace(/\.0 s$/, " s")
                  .replace(/ 0 (?:s|min)$/, "")}
              </text>
            ))}
          </svg>
          <svg
            viewBox={`0 0 ${slices.length * wide} ${height}`}
            preserveAspectRatio="none"
            role="group"
            aria-label={`${title} over time`}
          >
            {scale.ticks.map((tick) => (
              <path class="ground" d={`M0 ${scale.y(tick)}H${slices.length * wide}`} />
            ))}
            {slices.map((slice, place) => (
              <SliceLink
                query={query}
                slice={slice}
                place={place}
                isLast={place === slices.length - 1}
                lines={lines}
              />
            ))}
            {lines.map(({ kind }, at) => (
              <path class={`line ${kind}`} d={path(values[at] ?? [], scale.y)} />
            ))}
          </svg>
          <div class="axis" aria-hidden="true">
            {ticksOf(slices).map((tick) =>
              tick === null ? <span></span> : <Tick span={tick} days={days} />,
            )}
          </div>
        </>
      )}
    </figure>
  );
}

interface SliceLinkProps {
  readonly query: PerformanceQuery;
  readonly slice: Slice;
  readonly place: number;
  readonly isLast: boolean;
  readonly lines: readonly Line[];
}

function SliceLink({ query, slice, place, isLast, lines }: SliceLinkProps): JSX.Element {
  const { from, to, figures } = slice;
  if (figures.requests === 0) return "";
  const calls = `${whole(figures.requests)} ${figures.requests === 1 ? "call" : "calls"}`;
  const says = lines.map((line) => `${line.words} ${duration(line.of(figures))}`).join(", ");
  const hint = `${spanWords(from, to)} UTC: ${says}, ${calls}`;
  const href = performanceHref(query.address, {
    period: "",
    since: timeParam(from),
    until: isLast && query.period.range.until === null ? "" : timeParam(to),
  });
  return (
    <a href={href} aria-label={hint} data-from={String(from)} data-to={String(to)}>
      <rect class="hit" x={String(place * wide)} width={String(wide)} height={String(height)}>
        <title safe>{hint}</title>
      </rect>
    </a>
  );
}

/** Unbroken over slices in which nothing happened: they say nothing, they are not a zero. */
function path(values: readonly (number | null)[], y: (value: number) => number): string {
  const known = values.flatMap((value, at) => (value === null ? [] : [[at, y(value)] as const]));
  const [only] = known;
  if (known.length === 1 && only !== undefined) return `M${only[0] * wide} ${only[1]}h${wide}`;
  return known
    .map(([at, up], place) => `${place === 0 ? "M" : "L"}${(at + 0.5) * wide} ${up}`)
    .join("");
}
