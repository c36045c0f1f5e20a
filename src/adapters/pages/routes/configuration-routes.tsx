/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/upstreams`: what is configured, and how it is doing.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { type Activity, activityOf, chartPoints, daySpan, keeping } from "../dashboard/activity.ts";
import type { MemoryWish } from "../../../domain/routing/model-memory.ts";
import { keptFor } from "../dashboard/kept-for.ts";
import { MessagePage } from "../shared/message-page.tsx";
import { formRefused, frameOf, page, pageAround, seeOther } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { UpstreamCards, UpstreamsPage } from "../upstreams/upstreams-page.tsx";

const slices = 24;

export function configurationRoutes(deps: PagesDeps) {
  const { browse, actions } = deps;
  const recent = keptFor(keeping(deps), async () => {
    const now = deps.now();
    const { points } = await browse.performance({ since: now - daySpan, limit: chartPoints });
    const cut = points.length >= chartPoints;
    const options = { now, span: daySpan, slices, cut };
    return new Map(
      [...Map.groupBy(points, ({ upstream }) => upstream ?? "")].map(
        ([name, own]) => [name, activityOf(own, options)] as const,
      ),
    );
  });
  return new Elysia({ name: "configuration-pages" })
    .get("/upstreams", ({ request }) => {
      const frame = frameOf(request, deps);
      const { upstreams, routers = [] } = browse.upstreams();
      const known = { frame, upstreams, routers };
      // How servers are doing is known without the log.
      const activity = recent().catch(() => new Map<string, Activity>());
      return pageAround(deps, request, frame, activity, {
        around: (rest) => <UpstreamsPage {...known}>{rest}</UpstreamsPage>,
        within: (found) => <UpstreamCards {...known} activity={found} />,
      });
    })
    .post("/upstreams/check", async () => {
      await actions.checkUpstreams();
      return seeOther("/upstreams");
    })
    .post(
      "/upstreams/memory",
      async ({ request }) => {
        const form = await deps.readForm(request);
        const frame = frameOf(request, deps);
        if (!("fields" in form)) return formRefused(request, frame, form);
        const given = (name: string) => form.fields.get(name) ?? "";
        const wish = given("wish");
        const wished = isWish(wish)
          ? actions.wishMemory(given("server"), given("model"), wish)
          : unknownWish;
        if (wished.kind === "begun") return seeOther("/upstreams");
        const title = `The model cannot be ${wish === "unload" ? "unloaded" : "loaded"}`;
        const says = [wished.why];
        return page(request, 422, <MessagePage frame={frame} title={title} says={says} />);
      },
      { parse: "none" },
    );
}

function isWish(word: string): word is MemoryWish {
  return word === "load" || word === "unload";
}

const unknownWish = {
  kind: "refused",
  why: 'The form\'s wish must be "load" or "unload".',
} as const;
