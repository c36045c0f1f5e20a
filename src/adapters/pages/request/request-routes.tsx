/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/request/{id}`: one call, whatever became of it, and the way to send it again.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { hasOwnKey } from "../../../domain/http/headers.ts";
import { planRoute } from "../../../domain/routing/plan.ts";
import type { LogDetail } from "../../../ports/browse.ts";
import { UnknownRequest } from "./unknown-request.tsx";
import { knownModelNames } from "../dashboard/model-names.ts";
import { readQuery } from "../dashboard/dashboard-query.ts";
import { type Common, commonOf, neighboursOf } from "./neighbours.ts";
import {
  formRefused,
  frameOf,
  page,
  type PageAround,
  pageAround,
  readable,
  seeOther,
  unreadablePage,
} from "../shared/page-response.tsx";
import type { PageFrame, PagesDeps } from "../shared/pages-deps.ts";
import { RequestPage, RequestParts, type RequestPartsProps } from "./request-page.tsx";
import { conversationRoutes } from "./conversation-routes.tsx";

const repeatsShown = 20;

export function requestRoutes(deps: PagesDeps) {
  const { browse, actions } = deps;

  async function show(request: Request, id: string, refused: string | null): Promise<Response> {
    const frame = frameOf(request, deps);
    const read = await readable(browse.get(id));
    if (!read.ok) return unreadablePage(request, frame);
    const detail = read.value;
    if (detail === null) return page(request, 404, <UnknownRequest frame={frame} />);
    const routing = deps.routing();
    const parts: PageAround<Beside> = {
      around: (rest) => (
        <RequestPage frame={frame} detail={detail}>
          {rest}
        </RequestPage>
      ),
      within: (beside) => (
        <RequestParts
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
        />
      ),
    };
    return pageAround(
      deps,
      request,
      frame,
      readBeside(detail, filterOf(frame), deps),
      parts,
      refused === null ? 200 : 422,
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

/** What filters the list that one came from. */
function filterOf({ list, now, zone }: PageFrame): Common {
  return commonOf(readQuery(new URL(list, "http://list").searchParams, now, zone).filter);
}

type Beside = Pick<RequestPartsProps, "neighbours" | "repeats" | "first">;

/** What belongs beside a request. */
async function readBeside(
  detail: LogDetail,
  common: Common,
  { browse, now }: Pick<PagesDeps, "browse" | "now">,
): Promise<Beside> {
  const { id, resent_from: firstId } = detail;
  const [neighbours, repeats, first] = await Promise.all([
    neighboursOf(detail, common, now(), browse),
    browse.list({ limit: repeatsShown, resent_from: id }),
    firstId === null ? undefined : browse.get(firstId),
  ]);
  return { neighbours, repeats, ...(first === undefined ? {} : { first }) };
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
