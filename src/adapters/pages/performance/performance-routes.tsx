/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/performance` and the points that its chart draws.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import type { PerformancePoint } from "../../../ports/browse.ts";
import { named } from "../dashboard/activity.ts";
import { textResponse } from "../shared/compressed.ts";
import { knownModelNames } from "../dashboard/model-names.ts";
import {
  frameOf,
  type MadePage,
  pageOnceRead,
  readable,
  unreadable,
} from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { performanceHead, PerformancePage } from "./performance-page.tsx";
import { colouredGroups } from "./performance-tables.tsx";
import { type PerformanceQuery, pointsFilter, readPerformance } from "./performance-query.ts";
import { pointColumns } from "./point-columns.ts";

export function performanceRoutes(deps: PagesDeps) {
  const { browse } = deps;
  const read = async (request: Request) => {
    const query = readPerformance(new URL(request.url).searchParams);
    const { points } = await browse.performance(pointsFilter(query, deps.now()));
    return { query, points, groups: groupsOf(points, query) };
  };
  return new Elysia({ name: "performance-page" })
    .get("/performance", ({ request }) => {
      const frame = frameOf(request, deps);
      const made = readable(read(request)).then((found): MadePage => {
        if (!found.ok) return unreadable(frame);
        const models = knownModelNames(deps.routing(), browse.upstreams().upstreams);
        const html = <PerformancePage frame={frame} models={models} {...found.value} />;
        return { status: 200, html };
      });
      return pageOnceRead(request, performanceHead, made, deps.notices);
    })
    .get("/performance/points", async ({ request }) => {
      const found = await readable(read(request));
      if (!found.ok)
        return Response.json({ error: "the log cannot be read right now" }, { status: 503 });
      const { points, query, groups } = found.value;
      const names = groups.slice(0, colouredGroups).map(({ name }) => name);
      const columns = JSON.stringify(pointColumns(points, query, names));
      return textResponse(columns, request.headers.get("accept-encoding"), 200, {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
    });
}

function groupsOf(points: readonly PerformancePoint[], { by }: PerformanceQuery) {
  return named(points, (point) => point[by]);
}
