// Headers that keep answers harmless in a browser, per surface, with the reason for each.
import type { HeaderList } from "../http/headers.ts";
import type { Surface } from "./surface.ts";

/** What is logged is anyone's text: nothing in a page may run, load, or post anywhere. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A model server's own HTML must not run as if it were the router's page. */
const foreignPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

const always: HeaderList = [
  ["x-content-type-options", "nosniff"], // a body is what its type says, never a script by guess
];

const ownAnswers: HeaderList = [
  ...always,
  ["cross-origin-resource-policy", "same-origin"], // not to be loaded into other sites' pages
  ["referrer-policy", "same-origin"], // ids and searches stay here (a stricter one makes forms send `Origin: null`)
  ["x-frame-options", "DENY"], // for browsers that do not know frame-ancestors
  ["content-security-policy", pagePolicy],
  ["permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
];

/** Types that no browser runs or renders as a document. */
const inert =
  /^(?:application\/(?:x-ndjson|json|octet-stream)|text\/event-stream|text\/plain|audio\/|video\/|image\/(?!svg))/i;

/** The headers to put on an answer where it does not have them, whatever the body. */
export function ownHeaders(surface: Surface): HeaderList {
  switch (surface) {
    case "openai":
    case "ollama":
    case "greeting":
    case "health":
      return always;
    case "api":
    case "page":
    case "public":
      return ownAnswers;
  }
}

const severed: HeaderList = [["cross-origin-opener-policy", "same-origin"]];
const nothing: HeaderList = [];

/**
 * The headers by which a window is taken from whoever opened it, where a page of another site may have:
 * browsers begin a new process for such an answer, which takes longer than all the rest of a page.
 * @param site the request's Sec-Fetch-Site (W3C Fetch Metadata §2.3); null where there is none, as at
 *   plain HTTP addresses of other machines, where browsers heed no such policy either
 */
export function openerHeaders(surface: Surface, site: string | null): HeaderList {
  if (site === "none" || site === "same-origin") return nothing;
  return ownHeaders(surface) === ownAnswers ? severed : nothing;
}

/** A policy to put in place of an upstream's, where its answer is of a type that browsers would run; else null. */
export function sandboxFor(surface: Surface, contentType: string | null): string | null {
  const calls = surface === "openai" || surface === "ollama";
  return calls && !inert.test(contentType ?? "") ? foreignPolicy : null;
}
