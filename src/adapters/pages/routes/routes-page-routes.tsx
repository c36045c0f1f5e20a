/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/routes`: what is in force, and a change of it, which is tried, downloaded or saved.
import { Elysia } from "elysia";
import { basename } from "node:path";
import { Html } from "@elysiajs/html";
import { planRoute } from "../../../domain/routing/plan.ts";
import { formRefused, frameOf, page, seeOther } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import type { ChangeProps, Outcome } from "./change-section.tsx";
import { questionOf, readExplain } from "./explain-query.ts";
import { RoutesPage } from "./routes-page.tsx";

export function routesPageRoutes(deps: PagesDeps) {
  const { browse, routesEdit } = deps;
  const file = basename(deps.routesFile);

  function show(request: Request, status: number, change: ChangeProps): Promise<Response> {
    const routing = deps.routing();
    const fields = readExplain(new URL(request.url).searchParams);
    const question = questionOf(fields);
    return page(
      request,
      status,
      <RoutesPage
        frame={frameOf(request, deps)}
        routing={routing}
        file={deps.routesFile}
        fields={fields}
        plan={question === null ? null : planRoute(question, routing, deps.discovery())}
        upstreams={browse.upstreams().upstreams}
        serversNow={deps.serversNow}
        change={change}
      />,
    );
  }

  return new Elysia({ name: "routes-page" })
    .get("/routes", async ({ request }) => {
      const mayEdit = await deps.mayEdit(request);
      const opened = await routesEdit.open(mayEdit);
      const saved = savedIn(request);
      return show(request, 200, { ...opened, file, mayEdit, outcome: saved });
    })
    .post(
      "/routes",
      async ({ request }) => {
        const form = await deps.readFileForm(request);
        if (!("fields" in form)) return formRefused(request, frameOf(request, deps), form);
        const { fields } = form;
        // Forms end lines as mail does.
        const text = (fields.get("text") ?? "").replaceAll("\r\n", "\n");
        const hash = fields.get("hash");
        const wish = fields.get("do");
        const mayEdit = await deps.mayEdit(request);
        const again = (status: number, outcome: Outcome) =>
          show(request, status, {
            text,
            hash: mayEdit ? hash : null,
            why: null,
            isRedacted: fields.has("redacted"),
            file,
            mayEdit,
            outcome,
          });
        if (wish === "save" && !mayEdit)
          return again(403, {
            kind: "failed",
            why: "The file can be saved with ROUTES_EDIT=true only, by whoever is signed in or, where nobody can sign in, from the router's own machine.",
          });
        if (wish === "save") {
          const saved = await routesEdit.save(text, hash ?? "");
          if (saved.kind === "saved") return seeOther(`/routes?saved=${saved.stamp ?? "new"}`);
          return again(statusOf[saved.kind], saved);
        }
        const tried = await routesEdit.try(text, mayEdit);
        if (tried.kind === "problems") return again(422, tried);
        return wish === "download" ? download(file, text) : again(200, tried);
      },
      { parse: "none" },
    );
}

const statusOf = { problems: 422, changed: 409, failed: 500 } as const;

/** Where a save has led back to; anybody can write an address, so nothing but a time is taken from it. */
function savedIn(request: Request): Outcome | null {
  const saved = new URL(request.url).searchParams.get("saved") ?? "";
  if (saved === "new") return { kind: "saved", stamp: null };
  return /^\d{8}T\d{9}Z$/.test(saved) ? { kind: "saved", stamp: saved } : null;
}

/** A file to keep, in whatever a browser would otherwise make of it. */
function download(file: string, text: string): Response {
  const plain = file.replace(/[^\w.-]/g, "_");
  return new Response(text, {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${plain}"`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "no-store",
    },
  });
}
