/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/`, what is filtered there as a file, and the end of a call under way.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { activityOf, chartPoints, daySpan, keeping } from "./activity.ts";
import { exportForms, readQuery } from "./dashboard-query.ts";
import { Dashboard } from "./dashboard.tsx";
import { exportRows } from "./export.ts";
import { keptFor } from "./kept-for.ts";
import { foreign, frameOf, page, readable, seeOther, unreadable } from "./page-response.tsx";
import type { PagesDeps } from "./pages-deps.ts";
import { isSameOrigin } from "./same-origin.ts";

const slices = 24;

export function dashboardRoutes(deps: PagesDeps) {
  const { browse, actions } = deps;
  const activity = keptFor(keeping({ now: () => deps.now() }), async () => {
    const now = deps.now();
    const { points } = await browse.performance({ since: now - daySpan, limit: chartPoints });
    return activityOf(points, { now, span: daySpan, slices, cut: points.length >= chartPoints });
  });
  return new Elysia({ name: "dashboard" })
    .get("/", async ({ request }) => {
      const frame = frameOf(request, deps);
      const query = readQuery(new URL(request.url).searchParams);
      const read = await readable(
        Promise.all([browse.list(query.filter), browse.stats(), activity()]),
      );
      if (!read.ok) return unreadable(request, frame);
      const [list, stats, recent] = read.value;
      return page(
        request,
        200,
        <Dashboard
          frame={frame}
          query={query}
          page={list}
          stats={stats}
          activity={recent}
          inflight={browse.inFlight().inflight}
          routing={deps.routing()}
        />,
      );
    })
    .get("/export/:file", ({ request, params }) => {
      const form = exportForms.find((known) => params.file === `requests.${known}`);
      if (form === undefined) return new Response(null, { status: 404 });
      const { filter } = readQuery(new URL(request.url).searchParams);
      return exportRows(browse, filter, form);
    })
    .post("/api/inflight/:id/cancel", ({ request, params: { id } }) => {
      if (!isSameOrigin(request.headers)) return foreign();
      const cancelled = actions.cancel(id);
      // A form wants a page, a script an answer.
      if (request.headers.get("accept")?.includes("text/html") === true) return seeOther("/");
      if (cancelled) return Response.json({ cancelled: id });
      const error = `no call with the id ${id} is under way`;
      return Response.json({ error }, { status: 404 });
    });
}
