/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The dashboard: figures, filters, the recent requests.
import { Html } from "@elysiajs/html";
import type { InFlightCall, LogPage, LogRow, Stats, UpstreamState } from "../../../ports/browse.ts";
import type { RefusedCalls } from "../../../ports/refusals.ts";
import { type Activity, isOld } from "./activity.ts";
import { Breakdown } from "./breakdown.tsx";
import { Connect } from "./connect.tsx";
import { dashboardHref, exportHref } from "./dashboard-query.ts";
import type { DashboardQuery } from "./dashboard-query.ts";
import { Figures } from "./figures.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { InFlightList } from "./in-flight-list.tsx";
import { type HeadProps, Layout } from "../shared/layout.tsx";
import { Ago } from "../shared/clock-time.tsx";
import { whole } from "../shared/format.ts";
import type { PageFrame, RoutingNames } from "../shared/pages-deps.ts";
import { RequestTable } from "./request-table.tsx";
import { Welcome } from "./welcome.tsx";

export interface DashboardProps {
  readonly frame: PageFrame;
  readonly query: DashboardQuery;
  readonly page: LogPage;
  readonly stats: Stats;
  readonly activity: Activity;
  readonly inflight: readonly InFlightCall[];
  readonly upstreams: readonly UpstreamState[];
  readonly routing: Pick<RoutingNames, "servers" | "aliases">;
  readonly refused: RefusedCalls;
  /** See RequestTable. */
  readonly opening: boolean;
}

/** Something runs, so that figures move all the time, or newer ones are on their way. */
const soonPollMs = 1000;
/** Calls announce themselves; what is left is the age of what is shown. */
const idlePollMs = 10_000;

export const dashboardHead: HeadProps = { title: "Dashboard" };

export function Dashboard(props: DashboardProps): JSX.Element {
  const { frame, query, page, stats, activity, inflight, upstreams, routing } = props;
  const waiting = inflight.filter(({ position }) => position !== null).length;
  const fresh = stats.total.requests === 0 && stats.inflight === 0 && !query.filtered;
  const connect = {
    origin: frame.origin,
    model: exampleModel(props),
    needsToken: frame.account !== null,
  };
  return (
    <Layout
      {...dashboardHead}
      frame={frame}
      at="dashboard"
      poll={inflight.length > 0 || isOld(activity, frame.now) ? soonPollMs : idlePollMs}
      events
    >
      <h1 class="hidden">Dashboard</h1>
      <Figures stats={stats} activity={activity} waiting={waiting} />
      <RefusedLine refused={props.refused} now={frame.now} />
      {fresh ? (
        <Welcome {...connect} upstreams={upstreams} />
      ) : (
        <>
          <Breakdown activity={activity} />
          <InFlightList calls={inflight} />
          <FilterBar
            query={query}
            models={knownModels(routing, page.logs)}
            upstreams={knownUpstreams(routing, page.logs)}
          />
          <Requests {...props} />
          <details class="more">
            <summary>Point a client here</summary>
            <Connect {...connect} />
          </details>
        </>
      )}
    </Layout>
  );
}

function Requests({ frame, query, page, opening }: DashboardProps): JSX.Element {
  const paging = query.filter.before !== undefined;
  return (
    // Older pages stay as they are while one reads them.
    <section id="requests" data-live={paging ? undefined : true} aria-label="Requests">
      {page.logs.length === 0 ? (
        <Nothing paging={paging} query={query} />
      ) : (
        <RequestTable rows={page.logs} now={frame.now} opening={opening} />
      )}
      {page.logs.length > 0 && (
        <nav class="paging" aria-label="Paging and export">
          {paging && <a href={dashboardHref(query.fields)}>← Newest</a>}
          <a href={exportHref("csv", query.fields)} download="">
            CSV
          </a>
          <a href={exportHref("json", query.fields)} download="">
            JSON
          </a>
          {page.next !== null && (
            <a class="older" rel="next" href={dashboardHref(query.fields, page.next)}>
              Older →
            </a>
          )}
        </nav>
      )}
    </section>
  );
}

function Nothing(props: { readonly paging: boolean; readonly query: DashboardQuery }): JSX.Element {
  if (props.paging) return <p class="nothing">No older requests.</p>;
  return (
    <p class="nothing">
      No request matches. <a href="/">Clear the filter</a>
    </p>
  );
}

function knownModels(
  routing: Pick<RoutingNames, "aliases">,
  rows: readonly LogRow[],
): readonly string[] {
  return distinct([
    ...routing.aliases.keys(),
    ...rows.flatMap((row) => [row.original_model, row.mapped_model]),
  ]);
}

function knownUpstreams(
  routing: Pick<RoutingNames, "servers">,
  rows: readonly LogRow[],
): readonly string[] {
  return distinct([...routing.servers.keys(), ...rows.map((row) => row.upstream)]);
}

function distinct(names: readonly (string | null)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== null))].toSorted();
}

/** A name that works here: an alias, one that worked lately, or one that a server lists. */
function exampleModel({ routing, page, upstreams }: DashboardProps): string {
  const [alias] = routing.aliases.keys();
  const worked = page.logs.find((row) => row.state === "completed" && row.original_model !== null);
  const [listed] = upstreams.flatMap(({ models }) => models);
  return alias ?? worked?.original_model ?? listed ?? "your-model";
}

/** Calls that were turned away leave no row, so the dashboard would not know of them otherwise. */
interface RefusedLineProps {
  readonly refused: RefusedCalls;
  /** Epoch ms. */
  readonly now: number;
}

function RefusedLine({ refused: { count, last }, now }: RefusedLineProps): JSX.Element {
  if (last === null) return <p id="refused" data-live></p>;
  const { status, address, reason, at } = last;
  return (
    <p id="refused" class="refused" data-live>
      <strong>{`${whole(count)} ${count === 1 ? "call" : "calls"} refused`}</strong> since the
      start; the last, <Ago iso={new Date(at).toISOString()} now={now} />
      <span safe>{`, from ${address}: ${status}, ${reason}`}</span>
    </p>
  );
}
