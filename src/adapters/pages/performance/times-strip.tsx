/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The strip of figures over the chart, of all calls that match.
import { Html } from "@elysiajs/html";
import type { Period } from "../../../ports/periods.ts";
import { perSecond } from "../dashboard/activity-words.ts";
import { alarm, Figure } from "../dashboard/figures.tsx";
import { duration, percent, whole } from "../shared/format.ts";
import { listHref, type PerformanceQuery } from "./performance-query.ts";
import type { Speeds } from "./speeds.ts";

export interface TimesStripProps {
  readonly query: PerformanceQuery;
  readonly period: Period;
  readonly speeds: Speeds;
}

export function TimesStrip({ query, period, speeds }: TimesStripProps): JSX.Element {
  const { figures, cut } = period;
  const { all: speed } = speeds;
  return (
    <section class="figures alone" aria-label={`Figures of ${query.period.says}`}>
      <dl>
        <Figure
          name="Calls"
          value={whole(figures.requests)}
          note={
            cut === undefined
              ? `in ${query.period.says.replace(/^the /, "")}`
              : "the newest of them"
          }
          href={listHref(query)}
        />
        <Figure
          name="Errors"
          value={percent(figures.error_rate)}
          note={`${whole(figures.errors)} failed`}
          href={listHref(query, { state: "failed" })}
          mark={alarm(figures) === "bad" ? "bad" : ""}
        />
        <Figure
          name="Duration"
          value={duration(figures.duration_ms_median)}
          note={`median, p95 ${duration(figures.duration_ms_p95)}`}
          href={listHref(query, { sort: "duration" })}
        />
        <Figure name="First token" value={duration(figures.ttft_ms_median)} note="median" />
        <Figure
          name="Speed"
          value={perSecond(speed?.median ?? null)}
          note={speed === null ? "nothing to measure" : `of ${whole(speed.calls)} streamed`}
        />
      </dl>
    </section>
  );
}
