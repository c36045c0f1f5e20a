// The pages and the assets they need; every answer to a GET is a whole document.
import { Elysia } from "elysia";
import { assetResponse } from "./assets.ts";
import { configurationRoutes } from "./configuration-routes.tsx";
import { dashboardRoutes } from "./dashboard-routes.tsx";
import type { PagesDeps } from "./pages-deps.ts";
import { noticeRoutes } from "./notice-routes.ts";
import { performanceRoutes } from "./performance-routes.tsx";
import { requestRoutes } from "./request-routes.tsx";

export function pages(deps: PagesDeps) {
  return new Elysia({ name: "pages" })
    .use(dashboardRoutes(deps))
    .use(performanceRoutes(deps))
    .use(requestRoutes(deps))
    .use(configurationRoutes(deps))
    .use(noticeRoutes(deps))
    .get(
      "/assets/:file",
      ({ params, request }) =>
        assetResponse(params.file, request.headers.get("accept-encoding")) ??
        new Response(null, { status: 404 }),
    );
}
