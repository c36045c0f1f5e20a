/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/performance`: how long calls took against their tokens, as a chart, over time and as tables.
import { Html } from "@elysiajs/html";
import type { PerformancePoint } from "../../../ports/browse.ts";
import type { Period } from "../../../ports/periods.ts";
import { assets } from "../shared/assets.ts";
import type { CallHref } from "../shared/call-query.ts";
import { FilterBar, type Offers } from "../shared/filter-bar.tsx";
import { whole } from "../shared/format.ts";
import { type HeadProps, Layout } from "../shared/layout.tsx";
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
import type { Speeds } from "./speeds.ts";
import { Timeline } from "./timeline.tsx";
import { TimesStrip } from "./times-strip.tsx";

export interface PerformancePageProps {
  readonly frame: PageFrame;
  readonly query: PerformanceQuery;
  /** Newest first. */
  readonly points: readonly PerformancePoint[];
  readonly period: Period;
  readonly speeds: Speeds;
  readonly offers: Offers;
}

export const performanceHead: HeadProps = {
  title: "Performance",
  scripts: [assets.uplot.path, assets.performance.path],
  styles: [assets.uplotStyle.path],
};

export function PerformancePage(props: PerformancePageProps): JSX.Element {
  const { frame, query, points, period, speeds, offers } = props;
  const { address } = query;
  const href: CallHref = (changes) => performanceHref(address, changes);
  return (
    <Layout {...performanceHead} frame={frame} at="performance">
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
      {points.length === 0 ? (
        <Nothing query={query} calls={period.figures.requests} />
      ) : (
        <>
          <TimesStrip query={query} period={period} speeds={speeds} />
          <Scatter query={query} says={drawnWords(points.length, period)} />
          <Timeline query={query} points={points} frame={frame} />
          <GroupFigures query={query} period={period} speeds={speeds} />
          <Slowest query={query} points={points} frame={frame} />
        </>
      )}
    </Layout>
  );
}

/** What the filters leave as it is. */
function keptOf({ address }: PerformanceQuery): Readonly<Record<string, string>> {
  const { period = "", by = "", y = "", x = "", scale = "" } = address;
  return { period, by, y, x, scale };
}

/** Of which calls the dots are, so that a part of them does not look as if it were all. */
function drawnWords(drawn: number, { figures }: Period): string {
  if (drawn < maxPoints) return `${whole(drawn)} ${drawn === 1 ? "call" : "calls"}`;
  const all = Math.max(drawn, figures.requests);
  return `the newest ${whole(drawn)} of ${whole(all)} calls`;
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
