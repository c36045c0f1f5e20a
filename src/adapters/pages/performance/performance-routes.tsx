/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/performance` and the points that its chart draws.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import type { Dimension, PeriodGroup } from "../../../ports/periods.ts";
import { without } from "../dashboard/breakdown.tsx";
import { namesToOffer } from "../dashboard/model-names.ts";
import { colouredGroups } from "../dashboard/period-chart.tsx";
import { textResponse } from "../shared/compressed.ts";
import { frameOf, isOpening, pageAround, readable, zoneOf } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { Found, type PerformanceFound, PerformancePage } from "./performance-page.tsx";
import {
  periodQuestion,
  type PerformanceQuery,
  pointsFilter,
  readPerformance,
} from "./performance-query.ts";
import { type GroupName, pointColumns } from "./point-columns.ts";

/** ms for which what a page was made of waits for the script that draws it. */
const heldMs = 10_000;
/** Those of the calls are not known yet when the fields are shown. */
const noNames = { model: [], upstream: [], user: [], client: [] };

export function performanceRoutes(deps: PagesDeps) {
  const { browse } = deps;
  const read = async (query: PerformanceQuery): Promise<PerformanceFound> => {
    const [{ points }, period] = await Promise.all([
      browse.performance(pointsFilter(query)),
      browse.period(periodQuestion(query)),
    ]);
    return { points, period };
  };

  /** What the last page was made of: its chart shows the same calls, and the log is read once. */
  let held: { readonly key: string; readonly at: number; readonly found: PerformanceFound } | null =
    null;
  const keyOf = (query: PerformanceQuery) => JSON.stringify([pointsFilter(query), query.period.by]);

  async function readToDraw(query: PerformanceQuery): Promise<PerformanceFound> {
    const last = held;
    if (last === null || last.key !== keyOf(query)) return read(query);
    held = null;
    return deps.now() - last.at < heldMs ? last.found : read(query);
  }

  return new Elysia({ name: "performance-page" })
    .get("/performance", ({ request }) => {
      const frame = frameOf(request, deps);
      const query = readPerformance(new URL(request.url).searchParams, frame.now, frame.zone);
      const given = { frame, query };
      return pageAround(deps, request, frame, read(query), {
        around: (rest) => (
          <PerformancePage {...given} offers={namesToOffer(deps.routing(), noNames, query)}>
            {rest}
          </PerformancePage>
        ),
        within(found) {
          if (isOpening(request)) held = { key: keyOf(query), at: frame.now, found };
          return <Found {...given} {...found} />;
        },
      });
    })
    .get("/performance/points", async ({ request }) => {
      const { searchParams } = new URL(request.url);
      const query = readPerformance(searchParams, deps.now(), zoneOf(request));
      const found = await readable(readToDraw(query));
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

/** Calls of several names together have no colour, as those of the chart that have none. */
function coloured(groups: readonly PeriodGroup[], by: Dimension): ReadonlyMap<GroupName, string> {
  return new Map(
    groups
      .filter(({ rest }) => rest !== true)
      .slice(0, colouredGroups)
      .map(({ name }) => [name, name ?? without[by]] as const),
  );
}
