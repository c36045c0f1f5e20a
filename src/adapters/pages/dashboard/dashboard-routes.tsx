/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/`, and what is filtered there as a file.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { activityOf, chartPoints, daySpan, keeping } from "./activity.ts";
import { exportForms, readQuery } from "./dashboard-query.ts";
import { Dashboard, dashboardHead } from "./dashboard.tsx";
import { exportRows } from "../request/export.ts";
import { keptFor } from "./kept-for.ts";
import { missingPage } from "../shared/missing-page.tsx";
import {
  frameOf,
  isOpening,
  type MadePage,
  pageOnceRead,
  readable,
  unreadable,
} from "../shared/page-response.tsx";
import type { Stats } from "../../../ports/browse.ts";
import type { PagesDeps } from "../shared/pages-deps.ts";

const slices = 24;

export function dashboardRoutes(deps: PagesDeps) {
  const { browse } = deps;
  const missing = missingPage(deps);
  const activity = keptFor(keeping(deps), async () => {
    const now = deps.now();
    const { points } = await browse.performance({ since: now - daySpan, limit: chartPoints });
    return activityOf(points, { now, span: daySpan, slices, cut: points.length >= chartPoints });
  });
  const total = keptFor(keeping(deps), async () => {
    return (await browse.stats()).total;
  });

  async function stats(): Promise<Stats> {
    // What is waited for first: the log answers one question after the other.
    const [today, all] = await Promise.all([browse.today(), total()]);
    const requests = Math.max(all.requests, today.last_24h.requests);
    return { ...today, total: { ...all, requests } };
  }

  return new Elysia({ name: "dashboard" })
    .get("/", ({ request }) => {
      const frame = frameOf(request, deps);
      const query = readQuery(new URL(request.url).searchParams);
      const made = readable(
        Promise.all([browse.list(query.filter), stats(), activity(), browse.inFlight()]),
      ).then((read): MadePage => {
        if (!read.ok) return unreadable(frame);
        const [list, figures, recent, { inflight }] = read.value;
        const html = (
          <Dashboard
            frame={frame}
            query={query}
            page={list}
            stats={figures}
            activity={recent}
            inflight={inflight}
            upstreams={browse.upstreams().upstreams}
            routing={deps.routing()}
            refused={deps.refusedCalls()}
            opening={isOpening(request)}
          />
        );
        return { status: 200, html };
      });
      return pageOnceRead(request, dashboardHead, made, deps.notices);
    })
    .get("/export/:file", ({ request, params }) => {
      const form = exportForms.find((known) => params.file === `requests.${known}`);
      if (form === undefined) return missing(request, 404, "there is no such file");
      const { filter } = readQuery(new URL(request.url).searchParams);
      return exportRows(browse, filter, form);
    });
}
