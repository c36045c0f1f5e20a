/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/upstreams`: a card for each server.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { RouterState, UpstreamState } from "../../../ports/browse.ts";
import type { Activity } from "../dashboard/activity.ts";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { RouterTable } from "./router-table.tsx";
import { UpstreamCard } from "./upstream-card.tsx";

export interface UpstreamsPageProps {
  readonly frame: PageFrame;
  readonly upstreams: readonly UpstreamState[];
  readonly routers: readonly RouterState[];
}

export interface UpstreamCardsProps extends UpstreamsPageProps {
  /** The last hours of each upstream that was asked, by name. */
  readonly activity: ReadonlyMap<string, Activity>;
}

const pollMs = 2000;

/** What needs nothing of the log, around the servers. */
export function UpstreamsPage(props: PropsWithChildren<UpstreamsPageProps>): JSX.Element {
  const { frame, upstreams, routers } = props;
  return (
    <Layout title="Upstreams" frame={frame} at="upstreams" poll={pollMs}>
      <header class="page-head">
        <h1>Upstreams</h1>
        <p class="faint" id="summary" data-live safe>
          {summary(upstreams, routers)}
        </p>
        <form method="post" action="/upstreams/check">
          <button type="submit" title="Ask every server for its models">
            Check now
          </button>
        </form>
      </header>
      {props.children}
    </Layout>
  );
}

export function UpstreamCards(props: UpstreamCardsProps): JSX.Element {
  const { frame, upstreams, routers, activity } = props;
  return (
    <>
      <ul id="upstreams" class="upstreams" data-live>
        {upstreams.map((upstream) => (
          <UpstreamCard
            upstream={upstream}
            now={frame.now}
            {...recentOf(activity, upstream.name)}
          />
        ))}
      </ul>
      <RouterTable routers={routers} now={frame.now} />
      {upstreams.length < 2 && (
        <p class="faint">
          Only the default upstream is known. Name more servers under <code>servers:</code> in the
          routes file to fail over between them.
        </p>
      )}
    </>
  );
}

function summary(upstreams: readonly UpstreamState[], routers: readonly RouterState[]): string {
  const count = upstreams.length;
  const servers = `${count} ${count === 1 ? "server" : "servers"}`;
  const self = routers.find((router) => router.self);
  return `${servers}, ${healthOf(upstreams)}${self === undefined ? "" : `, as seen from ${self.name}`}`;
}

function healthOf(upstreams: readonly UpstreamState[]): string {
  const well = upstreams.filter(({ state }) => state === "well");
  const counts: readonly (readonly [number, string])[] = [
    [upstreams.length - well.length, "cooling down or half-open"],
    [well.filter(({ contact }) => contact === "not-reached").length, "not reached"],
    [well.filter(({ contact }) => contact === "unknown").length, "not asked yet"],
  ];
  const some = counts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return some.length === 0 ? "all healthy" : some.join(", ");
}

function recentOf(
  activity: ReadonlyMap<string, Activity>,
  name: string,
): { readonly recent?: Activity } {
  const recent = activity.get(name);
  return recent === undefined ? {} : { recent };
}
