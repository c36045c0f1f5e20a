/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The calls of a period as bars over time, each made up of the groups it is broken down into; a bar leads to its calls.
import { Html } from "@elysiajs/html";
import type { CallSums, Period, PeriodBar } from "../../../ports/periods.ts";
import { dollars, short, whole } from "../shared/format.ts";
import { dashboardHref, type DashboardQuery, type Measure, measures } from "./dashboard-query.ts";
import { dimensions, timeParam } from "../shared/period-query.ts";
import { isDays, spanWords, Tick, ticksOf, type TimeSpan } from "./time-axis.tsx";

export interface PeriodChartProps {
  readonly query: DashboardQuery;
  readonly period: Period;
  /** Epoch ms. */
  readonly now: number;
}

/** Groups with a colour of their own; nobody can tell more colours apart. */
export const colouredGroups = 8;

/** In the drawing's own units; the page stretches it. */
const height = 100;
const barWidth = 10;

const measured: Readonly<Record<Measure, (sums: CallSums) => number>> = {
  calls: ({ requests }) => requests,
  tokens: ({ prompt_tokens: prompt, completion_tokens: completion }) => prompt + completion,
  cost: ({ cost }) => cost ?? 0,
  errors: ({ errors }) => errors,
};

const inWords: Readonly<Record<Measure, (value: number) => string>> = {
  calls: (value) => `${whole(value)} ${value === 1 ? "call" : "calls"}`,
  tokens: (value) => `${short(value)} tokens`,
  cost: (value) => dollars(value),
  errors: (value) => `${whole(value)} failed`,
};

interface Span extends TimeSpan {
  readonly bar: PeriodBar;
}

export function PeriodChart({ query, period, now }: PeriodChartProps): JSX.Element {
  const { show } = query;
  const { by, says, range } = query.period;
  const bars = period.bars ?? [];
  const end = range.until ?? now;
  const spans = bars.map((bar, place): Span => {
    const next = bars[place + 1];
    return {
      bar,
      from: Date.parse(bar.start),
      to: next === undefined ? end : Date.parse(next.start),
    };
  });
  const value = measured[show];
  const largest = Math.max(0, ...bars.map(value));
  const colours = new Map((period.groups ?? []).map(({ name }, place) => [name, place]));
  const label = `${measures[show]} by ${dimensions[by].toLowerCase()}, ${says}`;
  return (
    <figure class="period-chart">
      <figcaption class="hidden" safe>
        {label}
      </figcaption>
      <span class="most faint" aria-hidden="true" safe>
        {largest === 0 ? "" : inWords[show](largest)}
      </span>
      <svg
        viewBox={`0 0 ${Math.max(1, spans.length) * barWidth} ${height}`}
        preserveAspectRatio="none"
        role="group"
        aria-label={label}
      >
        <path class="ground" d={`M0 ${height - 0.5}H${spans.length * barWidth}`} />
        {spans.map((span, place) => (
          <Bar
            query={query}
            span={span}
            left={place * barWidth}
            isLast={place === spans.length - 1}
            scale={largest === 0 ? 0 : (height - 2) / largest}
            colours={colours}
          />
        ))}
      </svg>
      {largest === 0 && (
        <p class="nothing" safe>{`Nothing to draw: ${emptyWords[show]} in ${says}.`}</p>
      )}
      <div class="axis" aria-hidden="true">
        {ticksOf(spans).map((tick) =>
          tick === null ? <span></span> : <Tick span={tick} days={isDays(spans)} />,
        )}
      </div>
    </figure>
  );
}

const emptyWords: Readonly<Record<Measure, string>> = {
  calls: "no call",
  tokens: "no tokens",
  cost: "no cost",
  errors: "no errors",
};

interface BarProps {
  readonly query: DashboardQuery;
  readonly span: Span;
  readonly left: number;
  /** It may still grow: its calls are those until now. */
  readonly isLast: boolean;
  /** Units of the drawing for each of what is measured. */
  readonly scale: number;
  /** The place of each group among all. */
  readonly colours: ReadonlyMap<string | null, number>;
}

function Bar({ query, span, left, isLast, scale, colours }: BarProps): JSX.Element {
  const { show } = query;
  const { bar, from, to } = span;
  const value = measured[show];
  const total = value(bar);
  if (bar.requests === 0) return "";
  const hint = `${spanWords(from, to)} UTC: ${hintOf(bar, show)}`;
  const href = dashboardHref(query.address, {
    period: "",
    since: timeParam(from),
    until: isLast && query.period.range.until === null ? "" : timeParam(to),
  });
  // The largest group stands on the ground; groups without a colour of their own are one.
  const parts: { height: number; colour: number }[] = [];
  for (const group of bar.groups ?? [{ ...bar, name: null }]) {
    const place = colours.get(group.name) ?? colouredGroups;
    const colour = place < colouredGroups ? place + 1 : 0;
    const last = parts.at(-1);
    if (last !== undefined && colour === 0 && last.colour === 0)
      last.height += value(group) * scale;
    else parts.push({ height: value(group) * scale, colour });
  }
  // What is there can be seen.
  const lift = total > 0 && total * scale < 2 ? 2 / (total * scale) : 1;
  let top = height;
  return (
    <a href={href} aria-label={hint} data-from={String(from)} data-to={String(to)}>
      <rect class="hit" x={String(left)} width={String(barWidth)} height={String(height)}>
        <title safe>{hint}</title>
      </rect>
      {parts.map((part) => {
        const tall = part.height * lift;
        if (tall === 0) return "";
        top -= tall;
        return <path class={`s${part.colour}`} d={rectangle(left + 1, top, barWidth - 2, tall)} />;
      })}
    </a>
  );
}

function rectangle(x: number, y: number, wide: number, tall: number): string {
  return `M${x} ${y.toFixed(1)}h${wide}v${tall.toFixed(1)}h${-wide}z`;
}

const namesInHint = 4;

function hintOf(bar: PeriodBar, show: Measure): string {
  const value = measured[show];
  const most = (bar.groups ?? [])
    .filter((group) => value(group) > 0)
    .toSorted((a, b) => value(b) - value(a));
  const lines = most
    .slice(0, namesInHint)
    .map((group) => `\n${group.name ?? "none"}: ${inWords[show](value(group))}`);
  const more = most.length > namesInHint ? `\nand ${most.length - namesInHint} more` : "";
  const errors = show === "calls" && bar.errors > 0 ? `, ${whole(bar.errors)} failed` : "";
  const priced = show !== "cost" || bar.cost !== null;
  const unpriced = show === "cost" && bar.unpriced > 0 ? `, ${whole(bar.unpriced)} unpriced` : "";
  const sum = priced ? inWords[show](value(bar)) : "no price";
  return sum + errors + unpriced + lines.join("") + more;
}
