/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// `/threads`: conversations and agent sessions, by their last call.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import {
  frameOf,
  type MadePage,
  pageOnceRead,
  readable,
  unreadable,
} from "../shared/page-response.tsx";
import type { PagesDeps } from "../shared/pages-deps.ts";
import { threadsHead, ThreadsPage } from "./threads-page.tsx";
import { readThreads } from "./threads-query.ts";

export function threadsRoutes(deps: PagesDeps) {
  return new Elysia({ name: "threads-page" }).get("/threads", ({ request }) => {
    const frame = frameOf(request, deps);
    const query = readThreads(new URL(request.url).searchParams, frame.now, frame.zone);
    const made = readable(deps.browse.threads(query.filter)).then((found): MadePage => {
      if (!found.ok) return unreadable(frame);
      const html = <ThreadsPage frame={frame} query={query} page={found.value} />;
      return { status: 200, html };
    });
    return pageOnceRead(request, threadsHead, made, deps.notices);
  });
}
