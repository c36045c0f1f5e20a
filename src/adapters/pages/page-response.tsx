/** @jsxRuntime classic @jsx Html.createElement @jsxFrag Html.Fragment */
// What every page's answer shares: headers, compression, the frame, and what to say when the log cannot be read.
import { Html } from "@elysiajs/html";
import { textResponse } from "./compressed.ts";
import { MessagePage } from "./message-page.tsx";
import type { Frame, PagesDeps } from "./pages-deps.ts";

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  // What is logged is anyone's text: nothing in it may run, load, or post anywhere.
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  // Stricter ones make browsers send `Origin: null` with these pages' own forms.
  "referrer-policy": "same-origin",
  // Prompts must not stay behind in a shared browser's cache.
  "cache-control": "no-store",
};

export async function page(request: Request, status: number, html: JSX.Element): Promise<Response> {
  const accepts = request.headers.get("accept-encoding");
  return textResponse(`<!doctype html>${await html}`, accepts, status, pageHeaders);
}

/** The address to go on to by GET, so that reloading does nothing twice (RFC 9110 §15.4.4). */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}

export function foreign(): Response {
  const error = "actions are taken from the router's own pages only";
  return Response.json({ error }, { status: 403 });
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

export function unreadable(request: Request, frame: Frame): Promise<Response> {
  const says = ["Requests are routed all the same. The router's own output says what is wrong."];
  const title = "The log cannot be read just now";
  return page(request, 503, <MessagePage frame={frame} title={title} says={says} />);
}

export function frameOf(
  request: Request,
  deps: Pick<PagesDeps, "address" | "version" | "now">,
): Frame {
  return {
    origin: originOf(request, deps.address),
    version: deps.version,
    now: deps.now(),
  };
}

/** As the browser reached the router, which behind a proxy or in a container only the browser knows. */
function originOf(request: Request, otherwise: string): string {
  const host = request.headers.get("host");
  if (host === null || !/^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host))
    return otherwise;
  const secure = request.headers.get("x-forwarded-proto") === "https";
  return `${secure ? "https" : "http"}://${host}`;
}
