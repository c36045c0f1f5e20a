/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// One server: how it is doing and why, its load, and the models it lists.
import { Html } from "@elysiajs/html";
import type { UpstreamState } from "../../../ports/browse.ts";
import type { Activity } from "../dashboard/activity.ts";
import { Chart } from "../performance/chart.tsx";
import { reach, sliceHints } from "../dashboard/activity-words.ts";
import { Ago } from "../shared/clock-time.tsx";
import { clockTime, duration, whole } from "../shared/format.ts";
import { askedInWords, typeNames } from "../shared/server-words.ts";
import { listInWords } from "./list-words.ts";
import { canLoad, LoadedModels } from "./loaded-models.tsx";
import { MemoryForm, Wishes } from "./memory-form.tsx";

export interface UpstreamCardProps {
  readonly upstream: UpstreamState;
  /** Epoch ms. */
  readonly now: number;
  readonly recent?: Activity;
}

export function UpstreamCard({ upstream, now, recent }: UpstreamCardProps): JSX.Element {
  const { name, url, type, state, contact, failures, last_error: error } = upstream;
  const troubled = state !== "well" || failures > 0 || contact === "not-reached";
  return (
    <li id={`upstream-${name}`} class={`upstream ${state}`}>
      <div class="upstream-name">
        <h2>
          <span class={`dot ${dotOf(upstream)}`} aria-hidden="true"></span>
          <span safe>{name}</span>
        </h2>
        <p class="faint">
          <code safe>{url}</code> <span safe>{typeNames[type]}</span>
        </p>
        <p class="faint" safe>
          {askedInWords(upstream.protocols).join(" · ")}
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

type HowItIs = Pick<UpstreamState, "state" | "contact" | "failures">;

/** Of one that no failed calls speak against. */
const contactWords: Readonly<Record<UpstreamState["contact"], string>> = {
  reached: "Healthy",
  "not-reached": "Not reached",
  unknown: "Not asked yet",
};

/** How a server is doing, without the time left of a cool-down. */
function standingInWords({ state, contact, failures }: HowItIs): string {
  const row = failures === 1 ? "1 failure" : `${failures} failures in a row`;
  switch (state) {
    case "well":
      return failures === 0 ? contactWords[contact] : `${contactWords[contact]}, after ${row}`;
    case "resting":
      return `Cooling down after ${row}`;
    case "probe-due":
      return `Half-open after ${row}: the next request tests it`;
    case "probing":
      return `Half-open after ${row}: one request is testing it`;
  }
}

function dotOf({ state, contact }: HowItIs): string {
  return state === "well" ? contactDots[contact] : dots[state];
}

const contactDots: Readonly<Record<UpstreamState["contact"], string>> = {
  reached: "completed",
  "not-reached": "failed",
  unknown: "cancelled",
};

const dots: Readonly<Record<Exclude<UpstreamState["state"], "well">, string>> = {
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
  const { active, waiting, max_concurrency: limit, max_queue: line } = upstream;
  const places = upstream.share ?? limit;
  return (
    <div class="upstream-load">
      <p>
        <b>{whole(active)}</b> {places === null ? "running" : `of ${whole(places)} running`}
      </p>
      {limit !== null && upstream.share !== undefined && (
        <p class="faint">{`this router's share of ${whole(limit)}`}</p>
      )}
      {places !== null && (
        <svg
          class={active >= places && active > 0 ? "places full" : "places"}
          viewBox="0 0 100 4"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <rect width={String(Math.min(100, (active / Math.max(1, places)) * 100))} height="4" />
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
              <li>
                <span safe>{model}</span>
                {canLoad(model, upstream) && (
                  <MemoryForm server={upstream.name} model={model} wish="load" />
                )}
              </li>
            ))}
          </ul>
        </details>
      ) : (
        ""
      )}
      <LoadedModels upstream={upstream} now={now} />
      <Wishes upstream={upstream} now={now} />
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
