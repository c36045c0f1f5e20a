// Stands before every route: who may come in, from which web page, under which name; and what browsers may do with the answer.
import { type HeaderList, headerValue } from "../../domain/http/headers.ts";
import { endpointOf } from "../../domain/protocols/endpoint-of.ts";
import { openerHeaders } from "../../domain/security/answer-headers.ts";
import { clientAddress } from "../../domain/security/client-address.ts";
import { withoutToken } from "../../domain/security/credentials.ts";
import { type CrossSitePolicy, judgeCrossSite } from "../../domain/security/cross-site.ts";
import { isWeb, surfaceOf, takesCalls } from "../../domain/security/surface.ts";
import { wayOf, webRefusal } from "../../domain/security/web-policy.ts";
import { webSocketProblem } from "../../domain/http/upgrade.ts";
import type { WebUiSecurity } from "../../domain/config/settings.ts";
import type { TokenReading, Tokens } from "../../ports/tokens.ts";
import type { Admission, Admissions } from "./admissions.ts";
import { readToken } from "./read-token.ts";
import { nowhere, refusal, type RefusalStatus, type TurnedAway } from "./refusal.ts";
import { headerList, makePathPlain, plainAddress, wantsPage } from "./request-facts.ts";
import { guarded } from "./write-answer.ts";

export interface GatekeeperDeps {
  readonly policy: CrossSitePolicy;
  readonly webUi: WebUiSecurity;
  /** null: there are no tokens, calls need none. */
  readonly tokens: Tokens | null;
  readonly admissions: Admissions;
  /** Whether an address is one of this machine's own. */
  readonly isThisMachine: (address: string) => boolean;
  /** Called with every 400, 401, 403, 404 and 405 that leaves no row. */
  readonly refused: (away: TurnedAway) => void;
  /** A page for a person who is refused, where signing in would help; else the plain answer. */
  readonly askToSignIn: (request: Request, status: number, message: string) => Promise<Response>;
}

/** The part of Bun's server that is asked who is calling. */
interface Connections {
  requestIP(request: Request): { readonly address: string } | null;
}

type Route = (request: Request) => Response | Promise<Response>;

/** Where a request that is let in goes on. */
export interface WaysIn {
  /** What shows nothing that must be judged, and is a call whatever the routes say; guards its answers itself. */
  readonly plainCall: (request: Request, admission: Admission) => Promise<Response>;
  /** Everything else, by its path. */
  readonly route: Route;
}

export type Gatekeeper = (
  request: Request,
  server: Connections,
  ways: WaysIn,
) => Promise<Response> | Response;

/** What 426 must name (RFC 9110 §15.5.22), here the protocol that is spoken already. */
const useHttp = { upgrade: "HTTP/1.1", connection: "upgrade" };

export function createGatekeeper(deps: GatekeeperDeps): Gatekeeper {
  const { tokens, policy, webUi } = deps;
  const judgesEveryCall = tokens !== null || policy.trustedProxies !== null;

  async function admit(request: Request, visit: Visit, route: Route): Promise<Response> {
    const { method, path, query, endpoint, surface, peer, headers } = visit;
    const sourceIp = clientAddress(peer, headers, policy.trustedProxies);
    const refuse = (
      status: RefusalStatus,
      message: string,
      more?: Readonly<Record<string, string>>,
    ) => {
      deps.refused({ status, surface, address: sourceIp, reason: message });
      return refusal({ surface, endpoint }, status, message, more);
    };
    const judged = judgeCrossSite(visit, policy);
    if (judged.kind === "refused") return refuse(403, judged.message);
    if (judged.kind === "preflight")
      return new Response(null, { status: 204, headers: pairs(judged.headers) });

    const token =
      tokens !== null && (takesCalls(surface) || isWeb(surface))
        ? await readToken(tokens, headers, takesCalls(surface))
        : null;
    const reading = token?.reading ?? null;
    if (takesCalls(surface) && tokens !== null && reading?.kind !== "good")
      return withHeaders(refuse(401, callRefusal(reading)), judged.cors);
    if (isWeb(surface)) {
      const standing = reading === null ? "none" : reading.kind === "good" ? "good" : "bad";
      const way = wayOf(headers, () => deps.isThisMachine(peer), tokens !== null);
      const why = webRefusal(webUi, way, standing, tokens !== null);
      if (why !== null && surface === "page" && wantsPage(request.headers)) {
        const { status, message } = why;
        deps.refused({ status, surface, address: sourceIp, reason: message });
        return deps.askToSignIn(request, status, message);
      }
      if (why !== null) return refuse(why.status, why.message);
    }
    const webSocket = webSocketProblem(headers, endpoint);
    if (webSocket?.kind === "upgrade_required")
      return withHeaders(refuse(426, webSocket.message, useHttp), judged.cors);
    // A call leaves its row.
    if (webSocket !== null && !takesCalls(surface)) return refuse(501, webSocket.message);
    if (surface === "greeting") return withHeaders(greeting(), judged.cors);
    deps.admissions.admit(request, {
      method,
      path,
      query,
      endpoint,
      surface,
      headers: token === null ? headers : withoutToken(headers, token.holding),
      sourceIp,
      peerIp: sourceIp === peer ? null : peer,
      user: reading?.kind === "good" ? reading.user : null,
    });
    return withHeaders(await route(request), judged.cors);
  }

  async function judge(request: Request, visit: Visit, route: Route): Promise<Response> {
    const { surface, headers } = visit;
    const answer = guarded(surface, await admit(request, visit, route));
    return withHeaders(answer, openerHeaders(surface, headerValue(headers, "sec-fetch-site")));
  }

  return (request, server, { plainCall, route }) => {
    const headers = headerList(request.headers);
    const peer = plainAddress(server.requestIP(request)?.address);
    const host = headerValue(headers, "host");
    // Bun makes a URL of path and Host; where that fails, the path has not been made plain either.
    if (!/^https?:\/\//.test(request.url) || host === null || host.includes(",")) {
      const reason = "a request needs one valid Host header";
      deps.refused({ status: 400, surface: "page", address: peer, reason });
      return refusal(nowhere, 400, reason);
    }
    const { path, query } = makePathPlain(request);
    // Only `/` depends on what is wanted; calls need not be asked.
    const looks = path === "/" && wantsPage(request.headers);
    const { method } = request;
    const endpoint = endpointOf(method, path);
    const surface = surfaceOf(endpoint, method, path, looks);
    if (!judgesEveryCall && isPlainCall(method, path, headers))
      return plainCall(request, {
        method,
        path,
        query,
        endpoint,
        surface,
        headers,
        sourceIp: peer,
        peerIp: null,
        user: null,
      });
    return judge(request, { method, path, query, endpoint, surface, headers, peer }, route);
  };
}

/** Headers by which a call may be refused, or answered otherwise, where neither tokens nor proxies are known. */
const judgedHeaders = new Set(["origin", "sec-fetch-site", "upgrade"]);

/** Under `/v1/` one POST is the router's own to answer: `/v1/responses/{id}/cancel`. */
function isPlainCall(method: string, path: string, headers: HeaderList): boolean {
  if (method !== "POST" || !path.startsWith("/v1/") || path.endsWith("/cancel")) return false;
  for (const field of headers) if (judgedHeaders.has(field[0])) return false;
  return true;
}

interface Visit extends Pick<
  Admission,
  "method" | "path" | "query" | "endpoint" | "surface" | "headers"
> {
  readonly peer: string;
}

function callRefusal(reading: TokenReading | null): string {
  switch (reading?.kind) {
    case "stale":
      return "this token has expired or is not valid yet";
    case "foreign":
      return "this is not a valid token for this router; send one made by `smolrouter token`, in X-SmolRouter-Token where Authorization holds an upstream's key";
    case "good":
    case undefined:
      return "a token is required: in Authorization: Bearer or x-api-key, or in X-SmolRouter-Token where these hold an upstream's key";
  }
}

/** In Ollama's words, by which its clients know it. */
function greeting(): Response {
  return new Response("Ollama is running", {
    headers: { "content-type": "text/plain; charset=utf-8", vary: "Accept" },
  });
}

function withHeaders(response: Response, headers: HeaderList): Response {
  for (const [name, value] of headers)
    if (name === "vary") response.headers.append(name, value);
    else response.headers.set(name, value);
  return response;
}

function pairs(headers: HeaderList): [string, string][] {
  return headers.map(([name, value]) => [name, value]);
}
