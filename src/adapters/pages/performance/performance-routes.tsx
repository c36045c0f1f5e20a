/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/performance` and the points that its chart draws.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import type { PerformancePoint } from "../../../ports/browse.ts";
import type { Dimension, PeriodGroup } from "../../../ports/periods.ts";
import { without } from "../dashboard/breakdown.tsx";
import { namesToOffer } from "../dashboard/model-names.ts";
import { colouredGroups } from "../dashboard/period-chart.tsx";
import { textResponse } from "../shared/compressed.ts";
import {
  frameOf,
  type MadePage,
  pageOnceRead,
  readable,
  unreadable,
  zoneOf,
} from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { performanceHead, PerformancePage } from "./performance-page.tsx";
import {
  periodQuestion,
  type PerformanceQuery,
  pointsFilter,
  readPerformance,
} from "./performance-query.ts";
import { type GroupName, pointColumns } from "./point-columns.ts";
import { speedsOf } from "./speeds.ts";

export function performanceRoutes(deps: PagesDeps) {
  const { browse } = deps;
  /** Side by side; figures of a period are kept for a moment, so that the page and its points read them once. */
  const read = async (query: PerformanceQuery) => {
    const [{ points }, period] = await Promise.all([
      browse.performance(pointsFilter(query)),
      browse.period(periodQuestion(query)),
    ]);
    return { points, period };
  };
  return new Elysia({ name: "performance-page" })
    .get("/performance", ({ request }) => {
      const frame = frameOf(request, deps);
      const query = readPerformance(new URL(request.url).searchParams, frame.now, frame.zone);
      const made = readable(read(query)).then((found): MadePage => {
        if (!found.ok) return unreadable(frame);
        const { points, period } = found.value;
        const html = (
          <PerformancePage
            frame={frame}
            query={query}
            points={points}
            period={period}
            speeds={speedsOf(points, query.period.by)}
            offers={offersOf(deps, query, points)}
          />
        );
        return { status: 200, html };
      });
      return pageOnceRead(request, performanceHead, made, deps.notices);
    })
    .get("/performance/points", async ({ request }) => {
      const { searchParams } = new URL(request.url);
      const query = readPerformance(searchParams, deps.now(), zoneOf(request));
      const found = await readable(read(query));
      if (!found.ok)
        return Response.json({ error: "the log cannot be read right now" }, { status: 503 });
      const { points, period } = found.value;
      const { by } = query.period;
      const columns = pointColumns(points, query, by, coloured(period.groups ?? [], by));
      return textResponse(JSON.stringify(columns), request.headers.get("accept-encoding"), 200, {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
    });
}

function offersOf(deps: PagesDeps, query: PerformanceQuery, points: readonly PerformancePoint[]) {
  const names = {
    model: points.map(({ model }) => model),
    upstream: points.map(({ upstream }) => upstream),
    user: points.map(({ user }) => user),
    client: points.map(({ client }) => client),
  };
  return namesToOffer(deps.routing(), names, query);
}

/** Calls of several names together have no colour, as those of the chart that have none. */
function coloured(groups: readonly PeriodGroup[], by: Dimension): ReadonlyMap<GroupName, string> {
  return new Map(
    groups
      .filter(({ rest }) => rest !== true)
      .slice(0, colouredGroups)
      .map(({ name }) => [name, name ?? without[by]] as const),
  );
}
