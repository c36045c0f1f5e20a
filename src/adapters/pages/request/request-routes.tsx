/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/request/{id}`: one call, whatever became of it, and the way to send it again.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { hasOwnKey } from "../../../domain/http/headers.ts";
import { planRoute } from "../../../domain/routing/plan.ts";
import type { LogDetail } from "../../../ports/browse.ts";
import { UnknownRequest } from "./unknown-request.tsx";
import { knownModelNames } from "../dashboard/model-names.ts";
import { neighboursOf } from "./neighbours.ts";
import {
  formRefused,
  frameOf,
  page,
  readable,
  seeOther,
  unreadable,
} from "../shared/page-response.tsx";
import type { PageFrame, PagesDeps } from "../shared/pages-deps.ts";
import { RequestPage } from "./request-page.tsx";
import { conversationRoutes } from "./conversation-routes.tsx";

const repeatsShown = 20;

export function requestRoutes(deps: PagesDeps) {
  const { browse, actions } = deps;

  async function show(request: Request, id: string, refused: string | null): Promise<Response> {
    const frame = frameOf(request, deps);
    const read = await readable(requestOf(id, deps));
    if (!read.ok) return unreadablePage(request, frame);
    if (read.value === null) return page(request, 404, <UnknownRequest frame={frame} />);
    const { detail, ...beside } = read.value;
    const routing = deps.routing();
    return page(
      request,
      refused === null ? 200 : 422,
      <RequestPage
        frame={frame}
        detail={detail}
        {...beside}
        isPlain={new URL(request.url).searchParams.get("as") === "text"}
        routing={routing}
        again={{
          models: knownModelNames(routing, browse.upstreams().upstreams),
          serversHaveKeys: serversHaveKeys(detail, deps),
          refused,
        }}
      />,
    );
  }

  return new Elysia({ name: "request-page" })
    .use(conversationRoutes(deps))
    .get("/request/:id", ({ request, params: { id } }) => show(request, id, null))
    .post(
      "/request/:id/again",
      async ({ request, params: { id } }) => {
        const form = await deps.readForm(request);
        if (!("fields" in form)) return formRefused(request, frameOf(request, deps), form);
        const given = (name: string): string | null => form.fields.get(name)?.trim() || null;
        const read = await readable(
          actions.sendAgain(id, { model: given("model"), key: given("key") }),
        );
        if (!read.ok) return unreadablePage(request, frameOf(request, deps));
        return read.value.kind === "sent"
          ? seeOther(`/request/${encodeURIComponent(read.value.id)}`)
          : show(request, id, read.value.why);
      },
      { parse: "none" },
    );
}

function unreadablePage(request: Request, frame: PageFrame): Promise<Response> {
  const { status, html } = unreadable(frame);
  return page(request, status, html);
}

/** The request with those that belong beside it; null where the log has none of that id. */
async function requestOf(id: string, { browse, now }: Pick<PagesDeps, "browse" | "now">) {
  const detail = await browse.get(id);
  if (detail === null) return null;
  const { resent_from: firstId } = detail;
  const [neighbours, repeats, first] = await Promise.all([
    neighboursOf(detail, now(), browse),
    browse.list({ limit: repeatsShown, resent_from: id }),
    firstId === null ? undefined : browse.get(firstId),
  ]);
  return { detail, neighbours, repeats, ...(first === undefined ? {} : { first }) };
}

/** Whether the call would find a key wherever it goes now, so that the client's is not missed. */
function serversHaveKeys(detail: LogDetail, deps: PagesDeps): boolean {
  const question = {
    model: detail.original_model,
    sourceIp: detail.source_ip,
    path: detail.path.replace(/\?.*$/s, ""),
    user: detail.auth_user,
    headers: detail.request_headers,
  };
  const { targets } = planRoute(question, deps.routing(), deps.discovery());
  return targets.every(({ server }) => hasOwnKey(server.apiKey, server.headers));
}
