// The button "Dismiss" of a notice.
import { Elysia } from "elysia";
import { localPath } from "../../../domain/security/paths.ts";
import { formRefused, frameOf, seeOther } from "./page-response.tsx";
import type { PagesDeps } from "./pages-deps.ts";

export function noticeRoutes(deps: PagesDeps) {
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
