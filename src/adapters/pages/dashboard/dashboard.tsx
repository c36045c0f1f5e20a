/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The dashboard: a period's figures and chart, filters, the requests.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { InFlightCall, UpstreamState } from "../../../ports/browse.ts";
import type { Period } from "../../../ports/periods.ts";
import type { MonthCost } from "../../../domain/log/budget.ts";
import type { RefusedCalls } from "../../../ports/refusals.ts";
import { Breakdown } from "./breakdown.tsx";
import { BudgetLine } from "./budget-line.tsx";
import { Connect } from "./connect.tsx";
import { Figures } from "./figures.tsx";
import { InFlightList } from "./in-flight-list.tsx";
import { type Address, dashboardHref } from "./dashboard-query.ts";
import { Measures } from "./measures.tsx";
import { namesToOffer, shownNames } from "./model-names.ts";
import { PeriodChart } from "./period-chart.tsx";
import { RefusedLine } from "./refused-line.tsx";
import { Requests, type RequestsProps } from "./requests.tsx";
import type { CallHref } from "../shared/call-query.ts";
import { FilterBar } from "../shared/filter-bar.tsx";
import { whole } from "../shared/format.ts";
import { Layout } from "../shared/layout.tsx";
import type { RoutingNames } from "../shared/pages-deps.ts";
import { PeriodBar } from "../shared/period-bar.tsx";
import { UnreadLine } from "../shared/unread-line.tsx";
import { Welcome } from "./welcome.tsx";

export interface DashboardProps extends RequestsProps {
  readonly period: Period;
  readonly inflight: readonly InFlightCall[];
  readonly upstreams: readonly UpstreamState[];
  readonly routing: Pick<RoutingNames, "servers" | "aliases">;
  readonly refused: RefusedCalls;
  /** The month's budget in USD and what is spent of it; null: none is named. */
  readonly budget: { readonly budget: number; readonly month: MonthCost } | null;
}

/** Calls announce themselves; what is left is the age of what is shown. Calls in flight say when they are to be shown anew. */
const idlePollMs = 10_000;

/** What needs nothing of the log, around what was found there. */
export function DashboardPage(
  props: PropsWithChildren<Pick<DashboardProps, "frame" | "query">>,
): JSX.Element {
  return (
    <Layout title="Dashboard" frame={props.frame} at="dashboard" poll={idlePollMs} events>
      <h1 class="hidden">Dashboard</h1>
      <UnreadLine query={props.query} />
      {props.children}
    </Layout>
  );
}

export function Dashboard(props: DashboardProps): JSX.Element {
  const { frame, query, page, period, inflight, upstreams, routing } = props;
  const href: CallHref = (changes) => dashboardHref(query.address, changes);
  const waiting = inflight.filter(({ position }) => position !== null).length;
  const connect = {
    origin: frame.origin,
    model: exampleModel(props),
    needsToken: frame.account !== null,
  };
  return isFresh(props) ? (
    <>
      <RefusedLine refused={props.refused} now={frame.now} />
      <Welcome {...connect} upstreams={upstreams} />
    </>
  ) : (
    <>
      <PeriodBar period={query.period} href={href} zone={frame.zone}>
        <Measures query={query} />
      </PeriodBar>
      <Figures
        query={query}
        figures={period.figures}
        inflight={inflight.length}
        waiting={waiting}
        below={
          props.budget && (
            <BudgetLine {...props.budget} query={query} now={frame.now} zone={frame.zone} />
          )
        }
      />
      <section class="period" id="period" data-live aria-label={`Over ${query.period.says}`}>
        <PeriodChart query={query} period={period} now={frame.now} />
        {period.cut !== undefined && <CutLine calls={period.cut.calls} />}
        <Breakdown query={query} groups={period.groups ?? []} />
      </section>
      <RefusedLine refused={props.refused} now={frame.now} />
      <InFlightList calls={inflight} />
      <FilterBar
        query={query}
        offers={namesToOffer(routing, shownNames(page.logs), query)}
        action="/"
        href={href}
        kept={keptOf(query.address)}
      />
      <Requests {...props} />
      <details class="more">
        <summary>
          <h2>Point a client here</h2>
        </summary>
        <Connect {...connect} />
      </details>
    </>
  );
}

/** What the filters leave as it is. */
function keptOf(address: Address): Readonly<Record<string, string>> {
  const { period = "", by = "", show = "", sort = "" } = address;
  return { period, by, show, sort };
}

/** What is shown of a part of the calls must not look as if it were of all. */
function CutLine({ calls }: { readonly calls: number }): JSX.Element {
  return (
    <p class="cut faint" safe>
      {`Figures, bars and groups are of the newest ${whole(calls)} calls of this period.`}
    </p>
  );
}

/** Whether the log is empty, as far as the page can see. */
function isFresh({ page, query, period, inflight }: DashboardProps): boolean {
  const asksForLess =
    query.filtered || query.filter.before !== undefined || query.filter.since !== undefined;
  return (
    page.logs.length === 0 && !asksForLess && period.figures.requests === 0 && inflight.length === 0
  );
}

/** A name that works here: an alias, one that worked lately, or one that a server lists. */
function exampleModel({ routing, page, upstreams }: DashboardProps): string {
  const [alias] = routing.aliases.keys();
  const worked = page.logs.find((row) => row.state === "completed" && row.original_model !== null);
  const [listed] = upstreams.flatMap(({ models }) => models);
  return alias ?? worked?.original_model ?? listed ?? "your-model";
}
