/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/upstreams`: how each server is doing and why, what it serves, who waits for it.
import { Html } from "@elysiajs/html";
import type { UpstreamState } from "../../../ports/browse.ts";
import type { Activity } from "../dashboard/activity.ts";
import { Chart } from "../performance/chart.tsx";
import { reach, sliceHints } from "../dashboard/figures.tsx";
import { Ago } from "../shared/clock-time.tsx";
import { clockTime, duration, whole } from "../shared/format.ts";
import { Layout } from "../shared/layout.tsx";
import { listInWords } from "./list-words.ts";
import type { Frame } from "../shared/pages-deps.ts";
import { standingInWords } from "./standing-words.ts";

export interface UpstreamsPageProps {
  readonly frame: Frame;
  readonly upstreams: readonly UpstreamState[];
  /** The last hours of each upstream that was asked, by name. */
  readonly activity: ReadonlyMap<string, Activity>;
}

const pollMs = 2000;

export function UpstreamsPage({ frame, upstreams, activity }: UpstreamsPageProps): JSX.Element {
  const unhealthy = upstreams.filter(({ state }) => state !== "well").length;
  return (
    <Layout title="Upstreams" frame={frame} at="upstreams" poll={pollMs}>
      <header class="page-head">
        <h1>Upstreams</h1>
        <p class="faint" id="summary" data-live safe>
          {summary(upstreams.length, unhealthy)}
        </p>
        <form method="post" action="/upstreams/check">
          <button type="submit" title="Ask every server for its models">
            Check now
          </button>
        </form>
      </header>
      <ul id="upstreams" class="upstreams" data-live>
        {upstreams.map((upstream) => (
          <UpstreamCard
            upstream={upstream}
            now={frame.now}
            {...recentOf(activity, upstream.name)}
          />
        ))}
      </ul>
      {upstreams.length < 2 && (
        <p class="faint">
          Only the default upstream is known. Name more servers under <code>servers:</code> in the
          routes file to fail over between them.
        </p>
      )}
    </Layout>
  );
}

function summary(count: number, unhealthy: number): string {
  const servers = `${count} ${count === 1 ? "server" : "servers"}`;
  return unhealthy === 0
    ? `${servers}, all healthy`
    : `${servers}, ${unhealthy} cooling down or half-open`;
}

interface UpstreamCardProps {
  readonly upstream: UpstreamState;
  /** Epoch ms. */
  readonly now: number;
  readonly recent?: Activity;
}

function recentOf(
  activity: ReadonlyMap<string, Activity>,
  name: string,
): { readonly recent?: Activity } {
  const recent = activity.get(name);
  return recent === undefined ? {} : { recent };
}

function UpstreamCard({ upstream, now, recent }: UpstreamCardProps): JSX.Element {
  const { name, url, type, state, failures, last_error: error } = upstream;
  const troubled = state !== "well" || failures > 0;
  return (
    <li id={`upstream-${name}`} class={`upstream ${state}`}>
      <div class="upstream-name">
        <h2>
          <span class={`dot ${dots[state]}`} aria-hidden="true"></span>
          <span safe>{name}</span>
        </h2>
        <p class="faint">
          <code safe>{url}</code> <span safe>{type === "ollama" ? "Ollama" : "OpenAI"}</span>
        </p>
      </div>
      <div class="upstream-state">
        <p class={troubled ? "standing troubled" : "standing"}>
          <span safe>{standingInWords(upstream)}</span>
          {upstream.rests_until !== null && <RestsUntil until={upstream.rests_until} now={now} />}
        </p>
        {troubled && error !== null && (
          <p class="why" safe>
            {error}
          </p>
        )}
      </div>
      <div class="upstream-recent">{recent !== undefined && <Recent activity={recent} />}</div>
      <Load upstream={upstream} />
      <Models upstream={upstream} now={now} />
    </li>
  );
}

const dots: Readonly<Record<UpstreamState["state"], string>> = {
  well: "completed",
  resting: "failed",
  "probe-due": "interrupted",
  probing: "inflight",
};

function RestsUntil({ until, now }: { readonly until: string; readonly now: number }): JSX.Element {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  return (
    <>
      {", "}
      <time datetime={until} data-countdown title={clockTime(until)} safe>
        {`${seconds} s left`}
      </time>
    </>
  );
}

function Recent({ activity }: { readonly activity: Activity }): JSX.Element {
  const { slices, byUpstream } = activity;
  const [all] = byUpstream;
  return (
    <>
      <figure>
        <figcaption safe>{`median ${duration(all?.median ?? null)}`}</figcaption>
        <Chart
          label={`Median duration, ${reach(activity)}`}
          over={activity}
          hints={sliceHints(activity, ({ median }) => `median ${duration(median)}`)}
          lines={[{ kind: "median", values: slices.map(({ median }) => median) }]}
        />
      </figure>
      <figure>
        <figcaption safe>{`${whole(all?.errors ?? 0)} failed`}</figcaption>
        <Chart
          label={`Failed requests, ${reach(activity)}`}
          over={activity}
          hints={sliceHints(activity, ({ errors }) => `${whole(errors)} failed`)}
          bars={[{ kind: "errors", values: slices.map(({ errors }) => errors) }]}
        />
      </figure>
    </>
  );
}

function Load({ upstream }: { readonly upstream: UpstreamState }): JSX.Element {
  const { active, waiting, max_concurrency: places, max_queue: line } = upstream;
  return (
    <div class="upstream-load">
      <p>
        <b>{whole(active)}</b> {places === null ? "running" : `of ${whole(places)} running`}
      </p>
      {places !== null && (
        <svg
          class={active >= places ? "places full" : "places"}
          viewBox="0 0 100 4"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <rect width={String(Math.min(100, (active / places) * 100))} height="4" />
        </svg>
      )}
      {places !== null && (
        <p
          class={waiting > 0 ? "waiting" : "faint"}
        >{`${whole(waiting)} of ${whole(line)} waiting`}</p>
      )}
    </div>
  );
}

function Models({ upstream, now }: UpstreamCardProps): JSX.Element {
  const { models, models_fetched_at: fetched, models_state: state } = upstream;
  const listed = fetched === null ? "" : <Ago iso={fetched} now={now} />;
  return (
    <div class="upstream-models">
      {models.length > 0 ? (
        <details id={`models-${upstream.name}`}>
          <summary>{`${whole(models.length)} ${models.length === 1 ? "model" : "models"}`}</summary>
          <ul>
            {models.map((model) => (
              <li safe>{model}</li>
            ))}
          </ul>
        </details>
      ) : (
        ""
      )}
      <p class={state === "unreachable" ? "why" : "faint"} safe>
        {listInWords(upstream)}
      </p>
      {fetched !== null && (
        <p class="faint">
          {state === "listed" ? "listed" : "list kept from"} {listed}
        </p>
      )}
    </div>
  );
}
