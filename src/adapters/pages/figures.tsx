/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The strip of figures over the dashboard.
import { Html } from "@elysiajs/html";
import type { Stats } from "../../ports/browse.ts";
import { dashboardHref } from "./dashboard-query.ts";
import { duration, percent, short, whole } from "./format.ts";

export function Figures({ stats }: { readonly stats: Stats }): JSX.Element {
  const { total, last_24h: day } = stats;
  return (
    <section class="figures" id="figures" data-live aria-label="Figures">
      <dl>
        <Figure
          name="Requests, 24 h"
          value={whole(day.requests)}
          note={`${whole(total.requests)} in all`}
        />
        <Figure
          name="In flight"
          value={whole(stats.inflight)}
          note={stats.inflight === 0 ? "nothing running" : "running now"}
          href={dashboardHref({ state: "inflight" })}
          mark={stats.inflight === 0 ? "" : "running"}
        />
        <Figure
          name="Errors, 24 h"
          value={percent(day.error_rate)}
          note={`${whole(day.errors)} failed`}
          href={dashboardHref({ state: "failed" })}
          mark={day.errors === 0 ? "" : "bad"}
        />
        <Figure
          name="Median duration"
          value={duration(day.duration_ms_median)}
          note={`p95 ${duration(day.duration_ms_p95)}`}
        />
        <Figure name="First token" value={duration(day.ttft_ms_median)} note="median" />
        <Figure
          name="Tokens, 24 h"
          value={short(day.prompt_tokens + day.completion_tokens)}
          note={`${short(day.prompt_tokens)} in, ${short(day.completion_tokens)} out`}
        />
      </dl>
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** The requests behind the figure. */
  readonly href?: string;
  readonly mark?: "" | "bad" | "running";
}

function Figure({ name, value, note, href, mark = "" }: FigureProps): JSX.Element {
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
      </dd>
    </div>
  );
}
