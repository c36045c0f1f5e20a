// The pages and the assets they need; every answer to a GET is a whole document.
import { Elysia } from "elysia";
import { localPath } from "../../domain/security/paths.ts";
import { assetResponse } from "./shared/assets.ts";
import { configurationRoutes } from "./routes/configuration-routes.tsx";
import { dashboardRoutes } from "./dashboard/dashboard-routes.tsx";
import type { PagesDeps } from "./shared/pages-deps.ts";
import { formRefused, frameOf, seeOther } from "./shared/page-response.tsx";
import { performanceRoutes } from "./performance/performance-routes.tsx";
import { requestRoutes } from "./request/request-routes.tsx";
import { routesPageRoutes } from "./routes/routes-page-routes.tsx";
import { threadRoutes } from "./thread/thread-routes.tsx";
import { threadsRoutes } from "./threads/threads-routes.tsx";
import { tryPageRoutes } from "./try/try-routes.tsx";

export function pages(deps: PagesDeps) {
  return new Elysia({ name: "pages" })
    .use(dashboardRoutes(deps))
    .use(performanceRoutes(deps))
    .use(requestRoutes(deps))
    .use(threadRoutes(deps))
    .use(threadsRoutes(deps))
    .use(configurationRoutes(deps))
    .use(routesPageRoutes(deps))
    .use(tryPageRoutes(deps))
    .use(noticeRoutes(deps))
    .get(
      "/assets/:file",
      ({ params, request }) =>
        assetResponse(params.file, request.headers.get("accept-encoding")) ??
        new Response(null, { status: 404 }),
    );
}

/** The button "Dismiss" of a notice. */
function noticeRoutes(deps: PagesDeps) {
  return new Elysia({ name: "notices" }).post(
    "/notices/dismiss",
    async ({ request }) => {
      const form = await deps.readForm(request);
      if (!("fields" in form)) return formRefused(request, frameOf(request, deps), form);
      deps.notices.dismiss(form.fields.get("id") ?? "");
      return seeOther(localPath(form.fields.get("next")));
    },
    { parse: "none" },
  );
}
