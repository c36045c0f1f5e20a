// The button "Dismiss" of a notice.
import { Elysia } from "elysia";
import { localPath } from "../../domain/security/local-path.ts";
import { seeOther } from "./page-response.tsx";
import type { PagesDeps } from "./pages-deps.ts";
import { readForm } from "./read-form.ts";

export function noticeRoutes({ notices }: Pick<PagesDeps, "notices">) {
  return new Elysia({ name: "notices" }).post(
    "/notices/dismiss",
    async ({ request }) => {
      const form = await readForm(request);
      notices.dismiss(form.get("id") ?? "");
      return seeOther(localPath(form.get("next")));
    },
    { parse: "none" },
  );
}
