/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/`, what is filtered there as a file, and names to filter by.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { barsOf } from "../../../domain/log/period-range.ts";
import type { Routing } from "../../../domain/routing/types.ts";
import type { LogPage } from "../../../ports/browse.ts";
import type { CallCount, PeriodQuestion } from "../../../ports/periods.ts";
import { exportRows } from "../request/export.ts";
import { missingPage } from "../shared/missing-page.tsx";
import { frameOf, isOpening, pageAround, readable, zoneOf } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { dimensions } from "../shared/period-query.ts";
import { Dashboard, DashboardPage } from "./dashboard.tsx";
import { type DashboardQuery, exportForms, readQuery } from "./dashboard-query.ts";

export function dashboardRoutes(deps: PagesDeps) {
  const { browse } = deps;
  const missing = missingPage(deps);

  /** Side by side: the page is there when the slowest is. */
  const read = (query: DashboardQuery, { monthlyBudget }: Routing, now: number, zone: string) => {
    const page = browse.list(query.filter);
    return Promise.all([
      page,
      browse.period(questionOf(query, now, zone)),
      page.then((found) => countOf(query, found)),
      browse.inFlight(),
      monthlyBudget === null
        ? null
        : deps.monthCost(zone).then((month) => ({ budget: monthlyBudget, month })),
    ]);
  };

  /** Of the calls that the list is of, however far one has paged. */
  async function countOf(query: DashboardQuery, page: LogPage): Promise<CallCount> {
    const { since, until, before } = query.filter;
    // What stands on one page is counted.
    if (before === undefined && page.next === null)
      return { calls: page.logs.length, isExact: true };
    const times = {
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    };
    return browse.count({ ...query.calls, ...times });
  }

  return new Elysia({ name: "dashboard" })
    .get("/", ({ request }) => {
      const frame = frameOf(request, deps);
      const query = readQuery(new URL(request.url).searchParams, frame.now, frame.zone);
      const routing = deps.routing();
      return pageAround(deps, request, frame, read(query, routing, frame.now, frame.zone), {
        around: (rest) => (
          <DashboardPage frame={frame} query={query}>
            {rest}
          </DashboardPage>
        ),
        within: ([page, period, count, { inflight }, budget]) => (
          <Dashboard
            frame={frame}
            query={query}
            page={page}
            period={period}
            count={count}
            inflight={inflight}
            upstreams={browse.upstreams().upstreams}
            routing={routing}
            refused={deps.refusedCalls()}
            budget={budget}
            opening={isOpening(request)}
          />
        ),
      });
    })
    .get("/names/:dimension", async ({ request, params }) => {
      const by = (Object.keys(dimensions) as (keyof typeof dimensions)[]).find(
        (known) => known === params.dimension,
      );
      if (by === undefined) return missing(request, 404, "there are no such names");
      const { period } = readQuery(new URL(request.url).searchParams, deps.now(), zoneOf(request));
      const { since, until } = period.range;
      const filter = { since, ...(until === null ? {} : { until }) };
      const found = await readable(browse.period({ filter, by }));
      const groups = found.ok ? (found.value.groups ?? []) : [];
      const names = groups.flatMap(({ name }) => (name === null ? [] : [name]));
      return Response.json(names, {
        headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" },
      });
    })
    .get("/export/:file", ({ request, params }) => {
      const form = exportForms.find((known) => params.file === `requests.${known}`);
      if (form === undefined) return missing(request, 404, "there is no such file");
      const { filter } = readQuery(new URL(request.url).searchParams, deps.now(), zoneOf(request));
      return exportRows(browse, filter, form);
    });
}

function questionOf(query: DashboardQuery, now: number, zone: string): PeriodQuestion {
  const { range, by } = query.period;
  const { since, until } = range;
  return {
    filter: { ...query.calls, since, ...(until === null ? {} : { until }) },
    by,
    bars: barsOf(range, now, zone),
  };
}
