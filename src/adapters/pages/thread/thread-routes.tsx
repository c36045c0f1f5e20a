/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/thread/{id}`: the calls of one conversation or session, read as a whole.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { MessagePage } from "../shared/message-page.tsx";
import { frameOf, page, pageAround, readable, unreadablePage } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { readChain } from "./read-chain.ts";
import { ThreadFound, ThreadPage } from "./thread-page.tsx";

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
      if (!read.ok) return unreadablePage(request, frame);
      const thread = read.value;
      if (thread === null)
        return page(
          request,
          404,
          <MessagePage frame={frame} title="No such thread" says={[unknown]} />,
        );
      const chain = readChain(thread.logs, (callId) => deps.browse.get(callId));
      return pageAround(deps, request, frame, chain, {
        around: (rest) => (
          <ThreadPage frame={frame} thread={thread}>
            {rest}
          </ThreadPage>
        ),
        within: (found) => <ThreadFound frame={frame} thread={thread} chain={found} />,
      });
    },
  );
}

/** A thread with its newest calls; null: the log has none. */
async function threadOf(id: string, { browse }: Pick<PagesDeps, "browse">) {
  return threadId.test(id) ? browse.thread(id) : null;
}
