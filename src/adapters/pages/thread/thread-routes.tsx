/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/thread/{id}`: the calls of one conversation or session, read as a whole.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { readConversation } from "../../../domain/conversation/read-conversation.ts";
import type { Conversation } from "../../../domain/conversation/turn.ts";
import type { LogRow } from "../../../ports/browse.ts";
import { MessagePage } from "../shared/message-page.tsx";
import { frameOf, page, readable, unreadable } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { ThreadPage } from "./thread-page.tsx";

/** Of a longer thread the newest are shown, and the list has the others. */
const mostCalls = 500;
/** How many of the newest calls are looked at for one whose request is still kept. */
const mostOpened = 8;
/** Ids of threads are UUIDs; nothing else is looked up. */
const threadId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const unknown =
  "Its calls may be older than what the log keeps (MAX_LOG_AGE_DAYS), or were never logged here.";

export function threadRoutes(deps: PagesDeps) {
  return new Elysia({ name: "thread-page" }).get(
    "/thread/:id",
    async ({ request, params: { id } }) => {
      const frame = frameOf(request, deps);
      const read = await readable(threadOf(id, deps));
      if (!read.ok) {
        const { status, html } = unreadable(frame);
        return page(request, status, html);
      }
      if (read.value === null)
        return page(
          request,
          404,
          <MessagePage frame={frame} title="No such thread" says={[unknown]} />,
        );
      return page(request, 200, <ThreadPage frame={frame} id={id} {...read.value} />);
    },
  );
}

/** The newest calls of a thread, and the conversation of the newest that can be read; null: the log has none. */
async function threadOf(id: string, { browse }: Pick<PagesDeps, "browse">) {
  if (!threadId.test(id)) return null;
  const { logs: calls, next } = await browse.list({ thread: id, limit: mostCalls });
  if (calls.length === 0) return null;
  return { calls, hasMore: next !== null, shown: await shownOf(calls, browse) };
}

/** @param calls newest first */
async function shownOf(
  calls: readonly LogRow[],
  browse: Pick<PagesDeps["browse"], "get">,
): Promise<{ readonly call: LogRow; readonly conversation: Conversation } | null> {
  for (const call of calls.slice(0, mostOpened)) {
    const detail = await browse.get(call.id);
    if (detail === null) continue;
    const conversation = readConversation(
      detail.request_body_encoding === "base64" ? null : detail.request_body,
      detail.response_body_encoding === "base64" ? null : detail.response_body,
    );
    if (conversation.asked.length > 0) return { call, conversation };
  }
  return null;
}
