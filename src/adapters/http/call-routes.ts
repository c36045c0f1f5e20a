// The proxied paths: a request becomes an IncomingCall, its Answer becomes a response.
import { Elysia } from "elysia";
import type { IncomingCall, ServiceType } from "../../domain/call.ts";
import { headerValue } from "../../domain/headers.ts";
import { problem, type RequestProblem } from "../../domain/problem.ts";
import { headerProblem, readRequest } from "../../domain/read-request.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CallService } from "../../ports/service.ts";
import { type BodyLimits, readBody } from "./read-body.ts";
import { headerList, pathAndQuery, plainAddress } from "./request-facts.ts";
import { toResponse } from "./write-answer.ts";

export interface CallRoutesDeps {
  readonly service: CallService;
  readonly clock: Clock;
  readonly limits: BodyLimits;
}

/** The part of Bun's server that a call needs. */
interface Connection {
  requestIP(request: Request): { readonly address: string } | null;
  timeout(request: Request, seconds: number): void;
}

const ollamaPaths = ["/api/chat", "/api/generate", "/api/embed", "/api/embeddings"];

export function callRoutes(deps: CallRoutesDeps) {
  const app = new Elysia({ name: "calls" });
  // `parse: none`: Elysia leaves the body alone.
  app.all("/v1/*", ({ request, server }) => serve(request, server, "openai", deps), {
    parse: "none",
  });
  for (const path of ollamaPaths)
    app.post(path, ({ request, server }) => serve(request, server, "ollama", deps), {
      parse: "none",
    });
  return app;
}

async function serve(
  request: Request,
  server: Connection | null,
  service: ServiceType,
  deps: CallRoutesDeps,
): Promise<Response> {
  // Both are gone once the client is.
  const sourceIp = plainAddress(server?.requestIP(request)?.address);
  const headers = headerList(request.headers);
  const { path, query } = pathAndQuery(request.url);
  const before = {
    id: deps.clock.id(),
    service,
    method: request.method,
    path,
    query,
    headers,
    sourceIp,
    user: null,
  };
  const unread = (): IncomingCall => ({
    ...before,
    receivedAt: deps.clock.now(),
    body: new Uint8Array(0),
    bodyKind: "none",
    json: null,
    model: null,
    wantsStream: false,
  });
  const refuse = (told: RequestProblem) =>
    toResponse(deps.service.refuse(unread(), told), () => undefined);

  const early = refusal(headers);
  if (early !== null) return refuse(early);
  const body = await readBody(request, deps.limits);
  if (body.kind === "problem") return refuse(body.problem);
  if (body.kind === "gone") return new Response(null, { status: 499 });
  // The server's own idle limit is for uploads; from here on the upstream's timers rule.
  server?.timeout(request, 0);

  const reading = readRequest(
    service,
    request.method,
    path,
    headerValue(headers, "content-type"),
    body.bytes,
  );
  if ("kind" in reading) {
    body.release();
    return toResponse(
      deps.service.refuse({ ...unread(), body: body.bytes }, reading),
      () => undefined,
    );
  }
  const call: IncomingCall = {
    ...before,
    ...reading,
    receivedAt: deps.clock.now(),
    body: body.bytes,
  };
  return toResponse(await deps.service.handle(call, request.signal), () => body.release());
}

function refusal(headers: IncomingCall["headers"]): RequestProblem | null {
  if (headerValue(headers, "upgrade") !== null)
    return problem("upgrade_unsupported", "connections cannot be upgraded here; use plain HTTP");
  return headerProblem(headers);
}
