/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// Parts of a request's conversation that its page fetches when they are wanted: earlier turns, tools, images.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { imageType } from "../../../domain/conversation/image-type.ts";
import type { Conversation } from "../../../domain/conversation/turn.ts";
import { Turns } from "../conversation/conversation-view.tsx";
import { FragmentPage } from "../conversation/fetched-fold.tsx";
import { conversationIn } from "../conversation/read-detail.ts";
import { createReading } from "../conversation/reading.ts";
import { ToolList } from "../conversation/settings-view.tsx";
import { frameOf, page, readable, unreadablePage } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { UnknownRequest } from "./unknown-request.tsx";

/** More turns are never on one page: an address may be anyone's. */
const mostTurns = 100;

export function conversationRoutes(deps: PagesDeps) {
  /** @param shown what is made of the conversation; null: it has nothing there */
  async function fragment(
    request: Request,
    id: string,
    shown: (conversation: Conversation) => { title: string; html: JSX.Element } | null,
  ): Promise<Response> {
    const frame = frameOf(request, deps);
    const read = await readable(conversationOf(id, deps));
    if (!read.ok) return unreadablePage(request, frame);
    const made = read.value === null ? null : shown(read.value);
    if (made === null) return page(request, 404, <UnknownRequest frame={frame} />);
    const html: JSX.Element = (
      <FragmentPage
        frame={frame}
        title={made.title}
        back={`/request/${encodeURIComponent(id)}`}
        backWords="Request"
      >
        {made.html}
      </FragmentPage>
    );
    return page(request, 200, html);
  }

  return new Elysia({ name: "conversation-parts" })
    .get("/request/:id/turns/:span", ({ request, params: { id, span } }) =>
      fragment(request, id, (conversation) => {
        const found = /^(\d{1,7})-(\d{1,7})$/.exec(span);
        const [from, until] = [Number(found?.[1]), Number(found?.[2])];
        const to = Math.min(until, from + mostTurns, conversation.asked.length);
        if (!(from < to)) return null;
        const reading = createReading(conversation, id, false);
        return {
          title: `Turns ${from + 1} to ${to}`,
          html: (
            <div class="turns">
              <Turns turns={conversation.asked} span={{ from, to }} reading={reading} />
            </div>
          ),
        };
      }),
    )
    .get("/request/:id/tools", ({ request, params: { id } }) =>
      fragment(request, id, ({ tools }) =>
        tools.length === 0 ? null : { title: "Tools", html: <ToolList tools={tools} /> },
      ),
    )
    .get("/request/:id/image/:place", async ({ params: { id, place } }) => {
      const read = await readable(conversationOf(id, deps));
      if (!read.ok) return new Response(null, { status: 503 });
      return imageResponse(read.value === null ? null : imageAt(read.value, place));
    });
}

async function conversationOf(
  id: string,
  { browse }: Pick<PagesDeps, "browse">,
): Promise<Conversation | null> {
  const detail = await browse.get(id);
  return detail === null ? null : conversationIn(detail);
}

/** Base64 of the image at `TURN.PART`; null: there is none. */
function imageAt({ asked, answered }: Conversation, place: string): string | null {
  const [, isAnswer, turn, part] = /^(a?)(\d{1,7})\.(\d{1,7})$/.exec(place) ?? [];
  const found = (isAnswer === "a" ? answered : asked)[Number(turn)]?.parts[Number(part)];
  return found?.kind === "media" ? (found.data ?? null) : null;
}

function imageResponse(data: string | null): Response {
  const type = data === null ? null : imageType(data);
  if (data === null || type === null) return new Response(null, { status: 404 });
  return new Response(Buffer.from(data, "base64"), {
    headers: {
      "content-type": type,
      "x-content-type-options": "nosniff",
      // It is anyone's: opened by itself it may do nothing either.
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "no-store",
    },
  });
}
