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
  const { browse } = deps;

  async function readWhole(id: string) {
    const thread = await browse.thread(id);
    if (thread === null) throw new Error("the thread has gone while it was read");
    return { thread, chain: await readChain(thread.logs, (callId) => browse.get(callId)) };
  }

  return new Elysia({ name: "thread-page" }).get(
    "/thread/:id",
    async ({ request, params: { id } }) => {
      const frame = frameOf(request, deps);
      const read = threadId.test(id) ? await readable(browse.threadRow(id)) : missing;
      if (!read.ok) return unreadablePage(request, frame);
      const row = read.value;
      if (row === null)
        return page(
          request,
          404,
          <MessagePage frame={frame} title="No such thread" says={[unknown]} />,
        );
      return pageAround(deps, request, frame, readWhole(id), {
        around: (rest) => (
          <ThreadPage frame={frame} thread={row}>
            {rest}
          </ThreadPage>
        ),
        within: (found) => <ThreadFound frame={frame} {...found} />,
      });
    },
  );
}

const missing = { ok: true, value: null } as const;
