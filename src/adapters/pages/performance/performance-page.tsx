/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/performance`: how long calls took against their tokens, as a chart, over time and as tables.
import { Html } from "@elysiajs/html";
import type { PropsWithChildren } from "@elysiajs/html";
import type { PerformancePoint } from "../../../ports/browse.ts";
import type { Period } from "../../../ports/periods.ts";
import { assets } from "../shared/assets.ts";
import type { CallHref } from "../shared/call-query.ts";
import { FilterBar, type Offers } from "../shared/filter-bar.tsx";
import { whole } from "../shared/format.ts";
import { Layout } from "../shared/layout.tsx";
import type { PageFrame } from "../shared/pages-deps.ts";
import { PeriodBar } from "../shared/period-bar.tsx";
import { UnreadLine } from "../shared/unread-line.tsx";
import { GroupFigures } from "./group-figures.tsx";
import {
  listHref,
  maxPoints,
  performanceHref,
  type PerformanceQuery,
} from "./performance-query.ts";
import { Scatter } from "./scatter.tsx";
import { Slowest } from "./slowest.tsx";
import { speedsOf } from "./speeds.ts";
import { Timeline } from "./timeline.tsx";
import { TimesStrip } from "./times-strip.tsx";

export interface PerformancePageProps {
  readonly frame: PageFrame;
  readonly query: PerformanceQuery;
  /** Names for the filters' fields; a script fetches those of the period. */
  readonly offers: Offers;
}

export interface PerformanceFound {
  /** Newest first. */
  readonly points: readonly PerformancePoint[];
  readonly period: Period;
}

const scripts = [assets.uplot.path, assets.performance.path];

/** What needs nothing of the log, around what was found there. */
export function PerformancePage(props: PropsWithChildren<PerformancePageProps>): JSX.Element {
  const { frame, query, offers } = props;
  const href: CallHref = (changes) => performanceHref(query.address, changes);
  return (
    <Layout title="Performance" draws={scripts} frame={frame} at="performance">
      <header class="page-head">
        <h1>Performance</h1>
        <a class="list-link" href={listHref(query)}>
          List of these calls
        </a>
      </header>
      <UnreadLine query={query} />
      <PeriodBar period={query.period} href={href} zone={frame.zone} />
      <FilterBar
        query={query}
        offers={offers}
        action="/performance"
        href={href}
        kept={keptOf(query)}
      />
      {props.children}
    </Layout>
  );
}

export function Found(
  props: PerformanceFound & Pick<PerformancePageProps, "frame" | "query">,
): JSX.Element {
  const { frame, query, points, period } = props;
  if (points.length === 0) return <Nothing query={query} calls={period.figures.requests} />;
  const speeds = speedsOf(points, query.period.by);
  const isCut = points.length >= maxPoints || period.cut !== undefined;
  return (
    <>
      <TimesStrip query={query} period={period} speeds={speeds} />
      <Scatter query={query} says={drawnWords(points.length, isCut, period)} />
      <Timeline query={query} points={points} isCut={isCut} frame={frame} />
      <GroupFigures query={query} period={period} speeds={speeds} />
      <Slowest query={query} points={points} frame={frame} />
    </>
  );
}

/** What the filters leave as it is. */
function keptOf({ address }: PerformanceQuery): Readonly<Record<string, string>> {
  const { period = "", by = "", y = "", x = "", scale = "" } = address;
  return { period, by, y, x, scale };
}

/** Of which calls the dots are, so that a part of them does not look as if it were all. */
function drawnWords(drawn: number, isCut: boolean, { figures, cut }: Period): string {
  if (!isCut) return `${whole(drawn)} ${drawn === 1 ? "call" : "calls"}`;
  // What figures are cut at is not the number of all.
  const of = cut === undefined ? ` of ${whole(Math.max(drawn, figures.requests))}` : "";
  return `the newest ${whole(drawn)}${of} calls`;
}

function Nothing(props: {
  readonly query: PerformanceQuery;
  /** Those that match, be it in flight. */
  readonly calls: number;
}): JSX.Element {
  const { query, calls } = props;
  const says =
    calls > 0
      ? `What matches in ${query.period.says} has not ended yet.`
      : `No call ${query.filtered ? "that matches ended" : "ended"} in ${query.period.says}.`;
  return (
    <p class="notice">
      <span
        safe
      >{`${says} Calls appear here as soon as they end; a longer period may have some. `}</span>
      {query.filtered && <a href="/performance">Clear the filter</a>}
    </p>
  );
}
