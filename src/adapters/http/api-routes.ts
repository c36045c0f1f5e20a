// The read API over the log: lists, single requests and figures as JSON, calls as events; and the end
// of a call under way.
import { Elysia } from "elysia";
import type { Browse, LogFilter } from "../../ports/browse.ts";
import type { PeriodReader } from "../../ports/periods.ts";
import type { Clock } from "../../ports/clock.ts";
import type { BrowseThreads } from "../../ports/threads.ts";
import { apiDocument } from "./api-document.ts";
import {
  isRowId,
  readLogQuery,
  readNoQuery,
  readPeriodQuery,
  readPointsQuery,
  readThreadQuery,
} from "./api-query.ts";
import type { CountedPage } from "./schemas.ts";
import type { EventFeed } from "./events.ts";
import type { ConnectionTimeouts } from "./request-facts.ts";

export interface ApiDeps {
  readonly browse: Browse & PeriodReader & BrowseThreads;
  readonly events: Pick<EventFeed, "open">;
  readonly clock: Pick<Clock, "now">;
  /** The router's. */
  readonly version: string;
  /** Ends a call under way, a promise where another router may be answering it; false where none has the id. */
  readonly cancel: (callId: string) => boolean | Promise<boolean>;
}

/** The read paths; errors are `{"error":"…"}`. */
export function apiRoutes({ browse, events, clock, version, cancel }: ApiDeps) {
  return (
    new Elysia({ name: "read-api" })
      .get("/api/logs", ({ request }) => {
        const filter = readLogQuery(new URL(request.url).searchParams);
        if ("error" in filter) return Response.json(filter, { status: 400 });
        return answer(() => countedPage(browse, filter));
      })
      .get("/api/logs/:id", ({ params: { id } }) =>
        answer(
          async () => (isRowId(id) ? browse.get(id.toLowerCase()) : null),
          `no request with the id ${id} is in the log`,
        ),
      )
      .get("/api/threads", ({ request }) => {
        const filter = readThreadQuery(new URL(request.url).searchParams);
        if ("error" in filter) return Response.json(filter, { status: 400 });
        return answer(() => browse.threads(filter));
      })
      .get("/api/threads/:id", ({ params: { id } }) =>
        answer(
          async () => (isRowId(id) ? browse.thread(id.toLowerCase()) : null),
          `no thread with the id ${id} is in the log`,
        ),
      )
      .get("/api/stats", ({ request }) => unfiltered(request) ?? answer(() => browse.stats()))
      .get("/api/periods", ({ request }) => {
        const question = readPeriodQuery(new URL(request.url).searchParams, clock.now());
        if ("error" in question) return Response.json(question, { status: 400 });
        return answer(() => browse.period(question));
      })
      .get("/api/performance", ({ request }) => {
        const filter = readPointsQuery(new URL(request.url).searchParams, clock.now());
        if ("error" in filter) return Response.json(filter, { status: 400 });
        return answer(() => browse.performance(filter));
      })
      .get("/api/events", ({ request, server }) => {
        // It is silent for longer than uploads may be.
        const connection: ConnectionTimeouts | null = server;
        connection?.timeout(request, 0);
        return new Response(events.open(), { headers: eventHeaders });
      })
      // By itself Elysia would wait for the stream's end, to know its length.
      .head("/api/events", () => new Response(null, { headers: eventHeaders }))
      .get(
        "/api/inflight",
        async ({ request }) => unfiltered(request) ?? fresh(await browse.inFlight()),
      )
      .post("/api/inflight/:id/cancel", async ({ request, params: { id } }) => {
        const cancelled = await cancelOrSay(cancel, id);
        // A form wants a page, a script an answer.
        if (request.headers.get("accept")?.includes("text/html") === true)
          return new Response(null, { status: 303, headers: { Location: "/" } });
        if (typeof cancelled === "string") return unavailable(cancelled);
        if (cancelled) return Response.json({ cancelled: id });
        const error = `no call with the id ${id} is under way`;
        return Response.json({ error }, { status: 404 });
      })
      .get("/api/upstreams", ({ request }) => unfiltered(request) ?? fresh(browse.upstreams()))
      .get("/api/openapi.json", () => Response.json(apiDocument(version)))
      .all("/api/logs", wrongMethod)
      .all("/api/logs/:id", wrongMethod)
      .all("/api/threads", wrongMethod)
      .all("/api/threads/:id", wrongMethod)
      .all("/api/stats", wrongMethod)
      .all("/api/periods", wrongMethod)
      .all("/api/performance", wrongMethod)
      .all("/api/events", wrongMethod)
      .all("/api/inflight", wrongMethod)
      .all("/api/upstreams", wrongMethod)
      .all("/api/openapi.json", wrongMethod)
  );
}

async function countedPage(browse: ApiDeps["browse"], filter: LogFilter): Promise<CountedPage> {
  const { limit: _limit, before, sort: _sort, ...calls } = filter;
  const page = await browse.list(filter);
  // What stands on one page is counted.
  const { calls: count, isExact } =
    before === undefined && page.next === null
      ? { calls: page.logs.length, isExact: true }
      : await browse.count(calls);
  return { ...page, count, count_exact: isExact };
}

const eventHeaders = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store",
  // Proxies that gather answers would keep the events (nginx).
  "X-Accel-Buffering": "no",
};

/** Says of a filter that there is none here; null: nobody asked for one. */
function unfiltered(request: Request): Response | null {
  const read = readNoQuery(new URL(request.url).searchParams);
  return "error" in read ? Response.json(read, { status: 400 }) : null;
}

function wrongMethod({ request }: { readonly request: Request }): Response {
  const error = `${request.method} is not allowed here; use GET`;
  return Response.json({ error }, { status: 405, headers: { Allow: "GET, HEAD" } });
}

/** @param missing what to say where there is no such thing */
async function answer(ask: () => Promise<object | null>, missing = ""): Promise<Response> {
  try {
    const value = await ask();
    if (value === null) return Response.json({ error: missing }, { status: 404 });
    return fresh(value);
  } catch (error) {
    return unavailable(error instanceof Error ? error.message : "the log cannot be read");
  }
}

/** @returns why other routers cannot be asked, where they might be answering the call */
async function cancelOrSay(cancel: ApiDeps["cancel"], id: string): Promise<boolean | string> {
  if (!isRowId(id)) return false;
  try {
    return await cancel(id.toLowerCase());
  } catch (error) {
    const why = error instanceof Error ? error.message : "they cannot be reached";
    return `this router is not answering such a call, and the others cannot be asked: ${why}`;
  }
}

function unavailable(error: string): Response {
  return Response.json({ error }, { status: 503, headers: { "Retry-After": "5" } });
}

/** Everything here changes while calls are in flight. */
function fresh(value: object): Response {
  return Response.json(value, { headers: { "Cache-Control": "no-store" } });
}
