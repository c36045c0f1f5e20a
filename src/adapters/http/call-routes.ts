// The proxied paths: a request becomes an IncomingCall, its Answer becomes a response.
import { Elysia } from "elysia";
import type { Endpoint } from "../../domain/call/endpoint.ts";
import type { IncomingCall } from "../../domain/call/incoming-call.ts";
import { type HeaderList, headerValue } from "../../domain/http/headers.ts";
import { problem, type RequestProblem } from "../../domain/http/problem.ts";
import {
  type BodyReading,
  headerProblem,
  noReading,
  readRequest,
} from "../../domain/call/read-request.ts";
import type { FindAscii } from "../../domain/call/scan-request.ts";
import { ollamaEndpoints } from "../../domain/protocols/ollama/endpoints.ts";
import { climbs } from "../../domain/security/paths.ts";
import type { Budget } from "../../domain/failover/budget.ts";
import { webSocketProblem } from "../../domain/http/upgrade.ts";
import type { Clock } from "../../ports/clock.ts";
import type { OllamaCatalog } from "../../ports/ollama-catalog.ts";
import type { CallService } from "../../ports/service.ts";
import type { Admission, Admissions } from "./admissions.ts";
import { readUpload } from "./read-upload.ts";
import { type ConnectionTimeouts, pathAndQuery } from "./request-facts.ts";
import { headOf, toResponse } from "./write-answer.ts";

export interface CallAnswersDeps {
  readonly service: CallService;
  readonly ollama: Pick<OllamaCatalog, "show">;
  readonly clock: Clock;
  readonly maxRequestSize: number;
  /** Bytes of all requests being answered. */
  readonly bodyBudget: Budget;
  /** Puts the call's own trace context in place of the client's; null: nothing is traced. */
  readonly traced: ((callId: string, headers: HeaderList) => HeaderList) | null;
}

export type AnswerCall = (
  request: Request,
  server: ConnectionTimeouts | null,
  admission: Admission,
) => Promise<Response>;

/** Answers calls that have been let in. */
export function callAnswers(deps: CallAnswersDeps): AnswerCall {
  return (request, server, admission) => serve(request, server, admission, deps);
}

/** The paths of calls: all of `/v1/` that no other route has, and Ollama's. */
export function callRoutes(answerCall: AnswerCall, admissions: Pick<Admissions, "of">) {
  const app = new Elysia({ name: "calls" });
  const handle = ({ request, server }: Handled) =>
    answerCall(request, server, admissions.of(request));
  // `parse: none`: Elysia leaves the body alone.
  app.all("/v1/*", handle, { parse: "none" });
  for (const { path, methods, endpoint } of ollamaEndpoints) {
    if (endpoint.kind === "list") continue;
    for (const method of methods) app.route(method, path, handle, { parse: "none" });
  }
  return app;
}

interface Handled {
  readonly request: Request;
  readonly server: ConnectionTimeouts | null;
}

async function serve(
  request: Request,
  server: ConnectionTimeouts | null,
  { endpoint, headers: received, sourceIp, peerIp, user }: Admission,
  deps: CallAnswersDeps,
): Promise<Response> {
  const { path, query } = pathAndQuery(request.url);
  const { method } = request;
  const id = deps.clock.id();
  const headers = deps.traced?.(id, received) ?? received;
  const callOf = (
    { bodyKind, json, model, modelKey, wantsStream }: BodyReading,
    body: Uint8Array,
  ): IncomingCall => {
    const call = {
      id,
      receivedAt: deps.clock.now(),
      endpoint,
      method,
      path,
      query,
      headers,
      sourceIp,
      user,
      body,
      bodyKind,
      json,
      model,
      modelKey,
      wantsStream,
    };
    return peerIp === null ? call : { ...call, peerIp };
  };
  const unread = (body: Uint8Array = new Uint8Array(0)) => callOf(noReading, body);
  // The body's bytes: whoever sends the answer gives them back, and so does a fault.
  const share = deps.bodyBudget.share();
  const refuse = (why: RequestProblem, call = unread()) =>
    toResponse(deps.service.refuse(call, why), share);

  try {
    return await answer();
  } catch (fault) {
    share[Symbol.dispose]();
    return toResponse(deps.service.fail(unread(), fault), share);
  }

  async function answer(): Promise<Response> {
    const early = refusal(endpoint, method, path, headers);
    if (early !== null) return refuse(early);
    const { maxRequestSize, bodyBudget: budget } = deps;
    const limits = { maxRequestSize, share, budget };
    const body = await readUpload(request, headers, limits, deps.clock);
    if (body.kind === "problem") return refuse(body.problem);
    if (body.kind === "gone") return refuse(leftUploading);
    // The server's own idle limit is for uploads; from here on the upstream's timers rule.
    server?.timeout(request, 0);

    const type = headerValue(headers, "content-type");
    const reading = readRequest(endpoint, type, body.bytes, findText);
    if ("kind" in reading) return refuse(reading, unread(body.bytes));
    const call = callOf(reading, body.bytes);
    const shown = endpoint.kind === "show" ? await deps.ollama.show(call) : null;
    if (shown !== null) {
      const { status, body: own } = shown;
      const fields: HeaderList = [
        ["content-type", "application/json"],
        ["x-request-id", id],
      ];
      return toResponse({ status, headers: fields, body: own }, share);
    }
    const given = await deps.service.handle(call, request.signal);
    return method === "HEAD" ? headOf(given, share) : toResponse(given, share);
  }
}

const findText: FindAscii = ({ buffer, byteOffset, length }, text, from) =>
  Buffer.from(buffer, byteOffset, length).indexOf(text, from, "latin1");

const leftUploading = problem("cancelled", "the client went away while its request was being read");

function refusal(
  endpoint: Endpoint,
  method: string,
  path: string,
  headers: HeaderList,
): RequestProblem | null {
  // An upstream would show its own key in the answer (RFC 9110 §9.3.8).
  if (method === "TRACE" || method === "CONNECT")
    return problem("not_supported", `${method} is not forwarded`);
  if (climbs(path)) return problem("invalid_path", "the path must not lead out of where it begins");
  return webSocketProblem(headers, endpoint) ?? headerProblem(headers);
}
