/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The strip of figures over the dashboard, of the period and the calls that are filtered.
import { Html } from "@elysiajs/html";
import type { CallFigures, CallSums } from "../../../ports/periods.ts";
import { performanceHref } from "../performance/performance-query.ts";
import { dashboardHref, type DashboardQuery } from "./dashboard-query.ts";
import { dollars, duration, percent, short, whole } from "../shared/format.ts";

export interface FiguresProps {
  readonly query: DashboardQuery;
  readonly figures: CallFigures;
  readonly inflight: number;
  /** Calls under way that wait for their turn. */
  readonly waiting: number;
  /** What stands below; null: nothing. */
  readonly below: JSX.Element | null;
}

export function Figures(props: FiguresProps): JSX.Element {
  const { query, figures, inflight, waiting, below } = props;
  const { address } = query;
  const { prompt_tokens: prompt, completion_tokens: completion, cached_tokens: cached } = figures;
  return (
    <section class="figures" id="figures" data-live aria-label={`Figures of ${query.period.says}`}>
      <dl>
        <Figure
          name="Calls"
          value={whole(figures.requests)}
          note={`in ${query.period.says.replace(/^the /, "")}`}
        />
        <Figure
          name="In flight"
          value={whole(inflight)}
          note={
            waiting > 0
              ? `${whole(waiting)} waiting`
              : inflight === 0
                ? "nothing running"
                : "running now"
          }
          href={dashboardHref(address, { state: "inflight" })}
          mark={inflight === 0 ? "" : "running"}
        />
        <Figure
          name="Errors"
          value={percent(figures.error_rate)}
          note={`${whole(figures.errors)} failed`}
          href={dashboardHref(address, { state: "failed" })}
          mark={alarm(figures) === "bad" ? "bad" : ""}
        />
        <Figure
          name="Duration"
          value={duration(figures.duration_ms_median)}
          note={`median, p95 ${duration(figures.duration_ms_p95)}`}
          href={dashboardHref(address, { sort: "duration" })}
        />
        <Figure
          name="First token"
          value={duration(figures.ttft_ms_median)}
          note="median"
          href={performanceHref(address, { y: "ttft_ms" })}
        />
        <Figure
          name="Tokens"
          value={short(prompt + completion)}
          note={`${short(prompt)} in${cached > 0 ? ` (${percent(cached / Math.max(1, prompt))} cached)` : ""}, ${short(completion)} out`}
          href={dashboardHref(address, { sort: "tokens" })}
        />
        <Figure
          name="Cost"
          value={dollars(figures.cost)}
          note={
            figures.unpriced > 0
              ? `${whole(figures.unpriced)} unpriced`
              : figures.cost === null
                ? "nothing to price"
                : "all priced"
          }
          href={dashboardHref(address, { sort: "cost" })}
        />
      </dl>
      {below}
    </section>
  );
}

/** A share of failures that wants attention; single ones among many do not. */
const alarming = 0.01;

/** The class of a share of failures. */
export function alarm({ requests, errors }: Pick<CallSums, "requests" | "errors">): string {
  if (errors === 0) return "faint";
  return errors >= requests * alarming ? "bad" : "";
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** The requests behind the figure. */
  readonly href?: string;
  readonly mark?: "" | "bad" | "running";
}

export function Figure({ name, value, note, href, mark = "" }: FigureProps): JSX.Element {
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
        <span class="note" title={note} safe>
          {note}
        </span>
      </dd>
    </div>
  );
}
