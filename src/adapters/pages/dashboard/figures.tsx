/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The strip of figures over the dashboard, each with the shape of its last hours.
import { Html } from "@elysiajs/html";
import type { Stats } from "../../../ports/browse.ts";
import type { Activity, CallFigures } from "./activity.ts";
import { Chart, type ChartProps } from "../performance/chart.tsx";
import { dashboardHref } from "./dashboard-query.ts";
import { clockMinute, duration, percent, short, span, whole } from "../shared/format.ts";

export interface FiguresProps {
  readonly stats: Stats;
  readonly activity: Activity;
  /** Calls under way that wait for their turn. */
  readonly waiting: number;
}

export function Figures({ stats, activity, waiting }: FiguresProps): JSX.Element {
  const { total, last_24h: day } = stats;
  const { slices } = activity;
  const values = (of: (slice: CallFigures) => number | null) => slices.map(of);
  return (
    <section class="figures" id="figures" data-live aria-label="Figures">
      <dl>
        <Figure
          name="Requests, 24 h"
          value={whole(day.requests)}
          note={`${whole(total.requests)} total`}
          chart={{
            label: `Requests, ${reach(activity)}`,
            over: activity,
            hints: sliceHints(
              activity,
              ({ requests, errors }) => `${whole(requests)} requests, ${whole(errors)} failed`,
            ),
            bars: [{ kind: "requests", values: values(({ requests }) => requests) }],
          }}
        />
        <Figure
          name="In flight"
          value={whole(stats.inflight)}
          note={
            waiting > 0
              ? `${whole(waiting)} waiting`
              : stats.inflight === 0
                ? "nothing running"
                : "running now"
          }
          href={dashboardHref({ state: "inflight" })}
          mark={stats.inflight === 0 ? "" : "running"}
        />
        <Figure
          name="Errors, 24 h"
          value={percent(day.error_rate)}
          note={`${whole(day.errors)} failed`}
          href={dashboardHref({ state: "failed" })}
          mark={day.errors === 0 ? "" : "bad"}
          chart={{
            label: `Failed requests, ${reach(activity)}`,
            over: activity,
            hints: sliceHints(activity, ({ errors }) => `${whole(errors)} failed`),
            bars: [{ kind: "errors", values: values(({ errors }) => errors) }],
          }}
        />
        <Figure
          name="Median duration"
          value={duration(day.duration_ms_median)}
          note={`p95 ${duration(day.duration_ms_p95)}`}
          chart={{
            label: `Duration, median and 95th percentile, ${reach(activity)}`,
            over: activity,
            hints: sliceHints(
              activity,
              ({ median, p95 }) => `median ${duration(median)}, p95 ${duration(p95)}`,
            ),
            lines: [
              { kind: "p95", values: values(({ p95 }) => p95) },
              { kind: "median", values: values(({ median }) => median) },
            ],
          }}
        />
        <Figure
          name="First token"
          value={duration(day.ttft_ms_median)}
          note="median"
          chart={{
            label: `Median time to the first token, ${reach(activity)}`,
            over: activity,
            hints: sliceHints(activity, ({ firstToken }) => `median ${duration(firstToken)}`),
            lines: [{ kind: "median", values: values(({ firstToken }) => firstToken) }],
          }}
        />
        <Figure
          name="Tokens, 24 h"
          value={short(day.prompt_tokens + day.completion_tokens)}
          note={`${short(day.prompt_tokens)} in, ${short(day.completion_tokens)} out`}
          chart={{
            label: `Tokens, ${reach(activity)}`,
            over: activity,
            hints: sliceHints(
              activity,
              ({ tokens, speed }) => `${short(tokens)} tokens, median ${perSecond(speed)}`,
            ),
            bars: [{ kind: "requests", values: values(({ tokens }) => tokens) }],
          }}
        />
      </dl>
    </section>
  );
}

/** What the charts reach back to. */
export function reach({ from, to }: Activity): string {
  return `last ${span(to - from)}`;
}

/** A share of failures that wants attention; single ones among many do not. */
const alarming = 0.01;

/** The class of a share of failures. */
export function alarm({ requests, errors }: Pick<CallFigures, "requests" | "errors">): string {
  if (errors === 0) return "faint";
  return errors >= requests * alarming ? "bad" : "";
}

export function perSecond(speed: number | null): string {
  return speed === null ? "–" : `${speed < 10 ? speed.toFixed(1) : Math.round(speed)} tokens/s`;
}

/** What each slice of time held; null where it held nothing. */
export function sliceHints(
  { from, to, slices }: Activity,
  say: (slice: CallFigures) => string,
): readonly (string | null)[] {
  const length = (to - from) / slices.length;
  return slices.map((slice, at) => {
    if (slice.requests === 0) return null;
    const [begin, end] = [from + at * length, from + (at + 1) * length];
    return `${clockMinute(begin)}–${clockMinute(end)} UTC: ${say(slice)}`;
  });
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** The requests behind the figure. */
  readonly href?: string;
  readonly mark?: "" | "bad" | "running";
  readonly chart?: ChartProps;
}

function Figure({ name, value, note, href, mark = "", chart }: FigureProps): JSX.Element {
  return (
    <div class={`figure ${mark}`}>
      <dt safe>{name}</dt>
      <dd>
        {href === undefined ? (
          <span class="value" safe>
            {value}
          </span>
        ) : (
          <a class="value" href={href} safe>
            {value}
          </a>
        )}
        <span class="note" safe>
          {note}
        </span>
        {chart !== undefined && <Chart {...chart} />}
      </dd>
    </div>
  );
}
