/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/try`, empty or begun with a logged request; and its answer where no script streams it.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { fieldsOf, noTry, type TryFields } from "../../../domain/call/try-call.ts";
import { asChat } from "../../../domain/protocols/as-chat.ts";
import { knownModelNames } from "../dashboard/model-names.ts";
import { formRefused, frameOf, page, readable } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { readAnswer } from "./read-answer.ts";
import { TryPage, type TryPageProps } from "./try-page.tsx";

/** A larger request is unwieldy in a form. */
const longestRest = 4 * 1024 * 1024;

export function tryPageRoutes(deps: PagesDeps) {
  const { browse } = deps;
  const show = (
    request: Request,
    status: number,
    props: Pick<TryPageProps, "fields" | "from"> & Partial<TryPageProps>,
  ) =>
    page(
      request,
      status,
      <TryPage
        frame={frameOf(request, deps)}
        models={knownModelNames(deps.routing(), browse.upstreams().upstreams)}
        {...props}
      />,
    );

  /** The fields, or why there are none. */
  async function begun(id: string): Promise<TryFields | string> {
    const read = await readable(browse.get(id));
    if (!read.ok) return "The log cannot be read right now.";
    const detail = read.value;
    if (detail === null) return "The log has no such request.";
    if (detail.request_body_truncated || detail.request_body === null)
      return "The request's body is not stored whole, so it cannot be changed here.";
    if (detail.request_body.length > longestRest)
      return "The request is too large to be changed here.";
    const chat = asChat(detail);
    return chat === null
      ? "Only conversations can be changed and sent again here."
      : fieldsOf(chat, detail.original_model);
  }

  return new Elysia({ name: "try-page" })
    .get("/try", async ({ request }) => {
      const { searchParams } = new URL(request.url);
      const from = searchParams.get("from");
      const models = searchParams.getAll("model").slice(0, 1);
      if (from === null) return show(request, 200, { fields: { ...noTry, models }, from });
      const fields = await begun(from);
      return typeof fields === "string"
        ? show(request, 404, { fields: noTry, from: null, missing: fields })
        : show(request, 200, { fields, from });
    })
    .post(
      "/try",
      async ({ request }) => {
        const tried = await deps.tryCall(request);
        if (tried.kind === "unreadable") return formRefused(request, frameOf(request, deps), tried);
        const { fields } = tried;
        if (tried.kind === "problem")
          return show(request, 422, { fields, from: null, wrong: tried });
        const answer = await readAnswer(tried.response, fields.models[0] ?? "");
        return show(request, 200, { fields, from: null, answer });
      },
      { parse: "none" },
    );
}
