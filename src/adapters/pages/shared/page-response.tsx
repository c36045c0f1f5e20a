/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What every page's answer shares: headers, compression, the frame, and what to say when the log cannot be read.
import { Html } from "@elysiajs/html";
import { ownHeaders } from "../../../domain/security/answer-headers.ts";
import { cookieValue, tokenCookie } from "../../../domain/security/credentials.ts";
import { isZone } from "../../../domain/log/period-range.ts";
import { textInTwo, textResponse } from "./compressed.ts";
import { MessagePage } from "./message-page.tsx";
import type { FormReading, PageFrame, PagesDeps } from "./pages-deps.ts";

const pageHeaders = {
  ...Object.fromEntries(ownHeaders("page")),
  "content-type": "text/html; charset=utf-8",
  // Prompts must not stay behind in a shared browser's cache.
  "cache-control": "no-store",
};

export async function page(request: Request, status: number, html: JSX.Element): Promise<Response> {
  const accepts = request.headers.get("accept-encoding");
  return textResponse(`<!doctype html>${await html}`, accepts, status, pageHeaders);
}

/** Of a page that has to wait for the log: what stands around what is found there, and that itself. */
export interface PageAround<T> {
  /** Needs nothing of the log. Whatever it writes below the rest has to be the router's own words. */
  readonly around: (rest: JSX.Element) => JSX.Element;
  readonly within: (found: T) => JSX.Element;
}

/** Stands in a page where what has to be waited for goes. */
const laterMark = "<!--later-->";

/**
 * A page that has to wait for the log. A browser that opens it gets the upper part immediately and shows
 * it while the log is read; the status is `status` then, even where the log cannot be read, or what was
 * found cannot be shown.
 */
export async function pageAround<T>(
  { fault }: Pick<PagesDeps, "fault">,
  request: Request,
  frame: PageFrame,
  reading: Promise<T>,
  { around, within }: PageAround<T>,
  status = 200,
): Promise<Response> {
  const found = readable(reading);
  if (!isOpening(request)) {
    const read = await found;
    return read.ok
      ? page(request, status, around(within(read.value)))
      : unreadablePage(request, frame);
  }
  const whole: JSX.Element = around(laterMark);
  const html = `<!doctype html>${await whole}`;
  const at = html.lastIndexOf(laterMark);
  const end = html.slice(at + laterMark.length);
  const rest = found
    .then((read) => (read.ok ? within(read.value) : <Unreadable />))
    .catch((error: unknown) => {
      fault(error);
      return <Faulty />;
    })
    .then((later) => later + end);
  const accepts = request.headers.get("accept-encoding");
  return textInTwo(html.slice(0, at), rest, accepts, status, pageHeaders);
}

/** Whether a browser opens the page; its script, which renews it, takes anything before HTML. */
export function isOpening(request: Request): boolean {
  return request.headers.get("accept")?.startsWith("text/html") ?? false;
}

/** The address to go on to by GET, so that reloading does nothing twice (RFC 9110 §15.4.4). */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}

/** A log that cannot be read is expected of it (ports/browse.ts), and the store itself reports why. */
export function readable<T>(
  reading: Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false }> {
  return reading.then(
    (value) => ({ ok: true, value }),
    () => ({ ok: false }),
  );
}

/** A form that was not read, with the reason. */
export function formRefused(
  request: Request,
  frame: PageFrame,
  { status, message }: Exclude<FormReading, { readonly fields: URLSearchParams }>,
): Promise<Response> {
  const says = [`${message}.`];
  return page(
    request,
    status,
    <MessagePage frame={frame} title="This form cannot be read" says={says} />,
  );
}

/** The same words as of a page that has nothing else to show. */
function Unreadable(): JSX.Element {
  return (
    <p class="notice bad" role="alert">
      The log cannot be read right now. Requests are still routed; the router's own log says what is
      wrong.
    </p>
  );
}

/** In the words of server.ts, whose answer it cannot be any more. */
function Faulty(): JSX.Element {
  return (
    <p class="notice bad" role="alert">
      This cannot be shown: an internal error. The router's log says more.
    </p>
  );
}

export function unreadablePage(request: Request, frame: PageFrame): Promise<Response> {
  const says = ["Requests are still routed. The router's own log says what is wrong."];
  const title = "The log cannot be read right now";
  return page(request, 503, <MessagePage frame={frame} title={title} says={says} />);
}

export function frameOf(
  request: Request,
  deps: Pick<PagesDeps, "address" | "version" | "now" | "canSignIn" | "notices">,
): PageFrame {
  const path = pathOf(request);
  return {
    origin: originOf(request, deps.address),
    version: deps.version,
    now: deps.now(),
    account: deps.canSignIn ? accountOf(request, path) : null,
    notices: deps.notices.current(),
    path,
    list: listOf(request, "/"),
    threads: listOf(request, "/threads"),
    zone: zoneOf(request),
  };
}

/**
 * The list that one came from: the page's address names it where one turns over its rows, and browsers say where one
 * came from, to pages of the same origin the whole of it.
 */
function listOf(request: Request, path: string): string {
  const from = URL.parse(request.headers.get("referer") ?? "");
  const isOwn = from !== null && from.host === request.headers.get("host");
  if (isOwn && from.pathname === path) return path + from.search;
  const named = [new URL(request.url), ...(isOwn ? [from] : [])]
    .map(({ searchParams }) => searchParams.get("list") ?? "")
    .find((list) => list.startsWith(`${path}?`));
  return named ?? path;
}

/** Times are shown in the reader's zone by a script; where days begin, the page has to know, so the script leaves a cookie. */
export function zoneOf(request: Request): string {
  const zone = cookieValue([...request.headers], "smolrouter_zone");
  return zone !== null && isZone(zone) ? zone : "UTC";
}

function accountOf(request: Request, path: string): PageFrame["account"] {
  if (cookieValue([...request.headers], tokenCookie) !== null) return "signed-in";
  return { signIn: `/login?next=${encodeURIComponent(path)}` };
}

/** What a form sent to cannot be opened again: the beginning can. */
function pathOf({ method, url }: Request): string {
  const { pathname, search } = new URL(url);
  return method === "GET" ? pathname + search : "/";
}

/** As the browser reached the router, which behind a proxy or in a container only the browser knows. */
function originOf(request: Request, otherwise: string): string {
  const host = request.headers.get("host");
  if (host === null || !/^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host))
    return otherwise;
  const secure = request.headers.get("x-forwarded-proto") === "https";
  return `${secure ? "https" : "http"}://${host}`;
}
