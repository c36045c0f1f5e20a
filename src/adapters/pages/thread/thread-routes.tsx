/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/thread/{id}`: the calls of one conversation or session, read as a whole.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { MessagePage } from "../shared/message-page.tsx";
import { frameOf, page, pageAround, readable, unreadablePage } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { readBranches } from "./read-branches.ts";
import { ThreadFound, ThreadPage } from "./thread-page.tsx";
import { readThreadQuery, type ThreadQuery } from "./thread-query.ts";

/** Ids of threads are UUIDs; nothing else is looked up. */
const threadId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const unknown =
  "Its calls may be older than what the log keeps (MAX_LOG_AGE_DAYS), or were never logged here.";

export function threadRoutes(deps: PagesDeps) {
  const { browse } = deps;

  async function readWhole(id: string, { at }: ThreadQuery) {
    const thread = await browse.thread(id);
    if (thread === null) throw new Error("the thread has gone while it was read");
    return { thread, read: await readBranches(thread.logs, (callId) => browse.get(callId), at) };
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
      const query = readThreadQuery(new URL(request.url).searchParams);
      return pageAround(deps, request, frame, readWhole(id, query), {
        around: (rest) => (
          <ThreadPage frame={frame} thread={row}>
            {rest}
          </ThreadPage>
        ),
        within: (found) => <ThreadFound frame={frame} query={query} {...found} />,
      });
    },
  );
}

const missing = { ok: true, value: null } as const;
