// The HTTP server: every route group mounted on Elysia behind the gatekeeper, with the limits Bun's defaults get wrong.
import { type AnyElysia, Elysia } from "elysia";
import type { Surface } from "../../domain/security/surface.ts";
import type { Admissions } from "./admissions.ts";
import type { AnswerCall } from "./call-routes.ts";
import type { Gatekeeper, WaysIn } from "./gatekeeper.ts";
import { nowhere, refusal, type RefusalPlace, type TurnedAway } from "./refusal.ts";
import { wantsPage } from "./request-facts.ts";

/** What a person opens. */
interface PageRoutes {
  readonly routes: readonly AnyElysia[];
  /** What a person sees in place of a plain 404 or 405. */
  readonly missing: (request: Request, status: 404 | 405, says: string) => Promise<Response>;
}

export interface ServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Route groups: calls, read API, health. */
  readonly routes: readonly AnyElysia[];
  readonly gatekeeper: Gatekeeper;
  /** Answers calls that need no routing by path. */
  readonly answerCall: AnswerCall;
  /** Called with every 404 and 405. */
  readonly refused: (away: TurnedAway) => void;
  readonly admissions: Pick<Admissions, "of">;
  /** Called with the first request for a page; null where there are none. */
  readonly loadPages: (() => Promise<PageRoutes>) | null;
  /** Called with every bug; the client learns only that there was one. */
  readonly fault: (error: unknown) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Takes no more requests; settles once the answers of those under way have been sent to the last byte. */
  stopListening(): Promise<void>;
  /** Requests whose answers are not sent to the last byte; what a call has handed over need not be. */
  unsent(): number;
  /** Closes every connection. */
  close(): Promise<void>;
}

/**
 * Seconds that an upload or a kept connection may be silent; once a request is read its call
 * decides (Bun's default is 10). A head that is not whole after 12 s is cut off by Bun, however
 * steadily it drips.
 */
const idleSeconds = 120;

/** @throws the system's error where the address cannot be bound (EADDRINUSE, EACCES) */
export function startServer(options: ServerOptions): RunningServer {
  const app = mount(options.routes, null, options);
  let pages: Promise<AnyElysia> | null = null;
  const route = (request: Request): Response | Promise<Response> => {
    const { loadPages, admissions } = options;
    if (loadPages === null || !isOpened(admissions.of(request).surface)) return app.fetch(request);
    pages ??= loadPages().then(({ routes, missing }) => mount(routes, missing, options));
    return pages.then((own) => own.fetch(request));
  };
  const plainCall: WaysIn["plainCall"] = (request, admission) =>
    options.answerCall(request, server, admission);
  const ways = { plainCall, route };
  const server = Bun.serve({
    hostname: options.host,
    port: options.port,
    idleTimeout: idleSeconds,
    // Bodies are bounded where they are read, with an answer that says so.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    // Bun's own error pages show source code.
    development: false,
    // Bun's default outside development: a second router would share the port, and its calls, at random.
    reusePort: false,
    fetch: (request, connections) => options.gatekeeper(request, connections, ways),
    error: (error) => failed(nowhere, error, options),
  });
  // Not app.listen: Elysia would hand fixed paths to Bun's router, around the gatekeeper.
  app.server = server;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${server.port}`,
    port: server.port ?? options.port,
    stopListening: () => server.stop(false),
    unsent: () => server.pendingRequests,
    close: async () => {
      await server.stop(true);
    },
  };
}

/** Whether a browser opens it, or what belongs to a page. */
function isOpened(surface: Surface): boolean {
  return surface === "page" || surface === "public";
}

function mount(
  routes: readonly AnyElysia[],
  missing: PageRoutes["missing"] | null,
  options: ServerOptions,
): AnyElysia {
  const app = new Elysia({
    // Without it, dynamic routes break under host names of three characters or fewer.
    handler: { standardHostname: false },
  }).onError(async ({ code, error, path, request }) => {
    const admission = options.admissions.of(request);
    const { surface, sourceIp: address } = admission;
    if (code !== "NOT_FOUND") return failed(admission, error, options);
    const allowed = knownMethods(app, path);
    const status = allowed.length === 0 ? 404 : 405;
    const allow = allowed.join(", ");
    const reason =
      status === 404
        ? `nothing is served at ${path}`
        : `${request.method} is not allowed at ${path}; use ${allow}`;
    options.refused({ status, surface, address, reason });
    const response =
      missing !== null && surface === "page" && wantsPage(request.headers)
        ? await missing(request, status, reason)
        : refusal(admission, status, reason);
    if (status === 405) response.headers.set("allow", allow);
    return response;
  });
  for (const group of routes) app.use(group);
  return app;
}

/** A bug: logged in full, and reported to the client without details. */
function failed(place: RefusalPlace, error: unknown, options: ServerOptions): Response {
  options.fault(error);
  return refusal(place, 500, "internal error; the router's log says more");
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods a path of the router's own takes, read from the routes; as `Allow` names them (RFC 9110 §10.2.1); empty where nothing is served at the path. */
function knownMethods(app: AnyElysia, path: string): readonly string[] {
  const { static: fixed, http } = app.router;
  const serves = (method: string): boolean =>
    Object.hasOwn(fixed[path] ?? {}, method) || Boolean(http.find(method, path));
  const known = methods.filter((method) => serves(method) || (method === "HEAD" && serves("GET")));
  // Whether anybody is there can be asked where nothing else can.
  return known.length === 1 && known[0] === "HEAD" ? [] : known;
}
