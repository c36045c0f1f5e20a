/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/threads`: conversations and agent sessions, by their last call.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { frameOf, isOpening, pageAround } from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { Threads, ThreadsPage } from "./threads-page.tsx";
import { readThreads } from "./threads-query.ts";

export function threadsRoutes(deps: PagesDeps) {
  return new Elysia({ name: "threads-page" }).get("/threads", ({ request }) => {
    const frame = frameOf(request, deps);
    const query = readThreads(new URL(request.url).searchParams, frame.now, frame.zone);
    return pageAround(deps, request, frame, deps.browse.threads(query.filter), {
      around: (rest) => (
        <ThreadsPage frame={frame} query={query}>
          {rest}
        </ThreadsPage>
      ),
      within: (page) => (
        <Threads frame={frame} query={query} page={page} opening={isOpening(request)} />
      ),
    });
  });
}
