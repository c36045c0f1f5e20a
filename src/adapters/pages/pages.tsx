/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// The pages: `/`, `/request/{id}` and the assets they need. Reading only; every answer is a whole document.
import { Elysia } from "elysia";
import { Html } from "@elysiajs/html";
import { assetResponse } from "./assets.ts";
import { readQuery } from "./dashboard-query.ts";
import { Dashboard } from "./dashboard.tsx";
import { MessagePage } from "./message-page.tsx";
import type { Frame, PagesDeps } from "./pages-deps.ts";
import { RequestPage } from "./request-page.tsx";

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  // What is logged is anyone's text: nothing in it may run, load, or post anywhere.
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Prompts must not stay behind in a shared browser's cache.
  "cache-control": "no-store",
};

export function pages(deps: PagesDeps) {
  const frameOf = (request: Request): Frame => ({
    origin: originOf(request, deps.address),
    version: deps.version,
    now: deps.now(),
  });
  return new Elysia({ name: "pages" })
    .get("/", async ({ request }) => {
      const frame = frameOf(request);
      const query = readQuery(new URL(request.url).searchParams);
      const read = await readable(
        Promise.all([deps.browse.list(query.filter), deps.browse.stats()]),
      );
      if (!read.ok) return page(503, <Unreadable frame={frame} />);
      const [list, stats] = read.value;
      const routing = deps.routing();
      return page(
        200,
        <Dashboard frame={frame} query={query} page={list} stats={stats} routing={routing} />,
      );
    })
    .get("/request/:id", async ({ request, params }) => {
      const frame = frameOf(request);
      const read = await readable(deps.browse.get(params.id));
      if (!read.ok) return page(503, <Unreadable frame={frame} />);
      const detail = read.value;
      if (detail === null)
        return page(
          404,
          <MessagePage frame={frame} title="No such request" says={unknownRequest} />,
        );
      return page(200, <RequestPage frame={frame} detail={detail} routing={deps.routing()} />);
    })
    .get(
      "/assets/:file",
      ({ params }) => assetResponse(params.file) ?? new Response(null, { status: 404 }),
    );
}

const unknownRequest = [
  "It may be older than what the log keeps (MAX_LOG_AGE_DAYS), or was never logged here.",
];

async function page(status: number, html: JSX.Element): Promise<Response> {
  return new Response(`<!doctype html>${await html}`, { status, headers: pageHeaders });
}

/** A log that cannot be read is expected of it (ports/browse.ts), and the store itself reports why. */
function readable<T>(
  reading: Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false }> {
  return reading.then(
    (value) => ({ ok: true, value }),
    () => ({ ok: false }),
  );
}

function Unreadable({ frame }: { readonly frame: Frame }): JSX.Element {
  const says = ["Requests are routed all the same. The router's own output says what is wrong."];
  return <MessagePage frame={frame} title="The log cannot be read just now" says={says} />;
}

/** As the browser reached the router, which behind a proxy or in a container only the browser knows. */
function originOf(request: Request, otherwise: string): string {
  const host = request.headers.get("host");
  if (host === null || !/^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host))
    return otherwise;
  const secure = request.headers.get("x-forwarded-proto") === "https";
  return `${secure ? "https" : "http"}://${host}`;
}
