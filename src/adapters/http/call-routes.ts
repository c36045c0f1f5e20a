// The proxied paths: a request becomes an IncomingCall, its Answer becomes a response.
import { Elysia } from "elysia";
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
import type { Budget, Share } from "../../domain/failover/budget.ts";
import { webSocketProblem } from "../../domain/http/upgrade.ts";
import type { Clock } from "../../ports/clock.ts";
import type { OllamaCatalog } from "../../ports/ollama-catalog.ts";
import type { CallService } from "../../ports/service.ts";
import type { Admission, Admissions } from "./admissions.ts";
import { readUpload } from "./read-upload.ts";
import type { ConnectionTimeouts } from "./request-facts.ts";
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
  admission: Admission,
  deps: CallAnswersDeps,
): Promise<Response> {
  const { clock, service } = deps;
  const unread = unreadCall(admission, deps);
  // The body's bytes: whoever sends the answer gives them back, and so does a fault.
  const share = deps.bodyBudget.share();
  try {
    return await answer(request, server, unread, share, deps);
  } catch (fault) {
    share[Symbol.dispose]();
    return toResponse(
      service.fail(readCall(unread, noReading, noBytes, clock.now()), fault),
      share,
    );
  }
}

/** A call of which the head is known. */
interface UnreadCall {
  readonly id: string;
  readonly headers: HeaderList;
  readonly admission: Admission;
}

function unreadCall(admission: Admission, { clock, traced }: CallAnswersDeps): UnreadCall {
  const { headers } = admission;
  const id = clock.id();
  return { id, headers: traced === null ? headers : traced(id, headers), admission };
}

const noBytes = new Uint8Array(0);

/** @param receivedAt epoch ms */
function readCall(
  { id, headers, admission }: UnreadCall,
  reading: BodyReading,
  body: Uint8Array,
  receivedAt: number,
): IncomingCall {
  const { endpoint, method, path, query, sourceIp, peerIp, user } = admission;
  const { bodyKind, json, model, modelKey, wantsStream } = reading;
  const call: IncomingCall = {
    id,
    receivedAt,
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
}

async function answer(
  request: Request,
  server: ConnectionTimeouts | null,
  unread: UnreadCall,
  share: Share,
  deps: CallAnswersDeps,
): Promise<Response> {
  const { maxRequestSize, bodyBudget: budget, clock, service, ollama } = deps;
  const { headers } = unread;
  const { endpoint, method } = unread.admission;
  const early = refusal(unread);
  if (early !== null) return refuse(unread, noBytes, early, share, deps);
  const limits = { maxRequestSize, share, budget };
  const upload = await readUpload(request, headers, limits, clock);
  if (upload.kind === "problem") return refuse(unread, noBytes, upload.problem, share, deps);
  if (upload.kind === "gone") return refuse(unread, noBytes, leftUploading, share, deps);
  // The server's own idle limit is for uploads; from here on the upstream's timers rule.
  server?.timeout(request, 0);

  const { bytes: body } = upload;
  const type = headerValue(headers, "content-type");
  const reading = readRequest(endpoint, type, body, findText);
  if ("kind" in reading) return refuse(unread, body, reading, share, deps);
  const call = readCall(unread, reading, body, clock.now());
  const shown = endpoint.kind === "show" ? await ollama.show(call) : null;
  if (shown !== null) {
    const { status, body: own } = shown;
    const fields: HeaderList = [
      ["content-type", "application/json"],
      ["x-request-id", call.id],
    ];
    return toResponse({ status, headers: fields, body: own }, share);
  }
  const given = await service.handle(call, request.signal);
  return method === "HEAD" ? headOf(given, share) : toResponse(given, share);
}

function refuse(
  unread: UnreadCall,
  body: Uint8Array,
  why: RequestProblem,
  share: Share,
  { service, clock }: CallAnswersDeps,
): Response {
  return toResponse(service.refuse(readCall(unread, noReading, body, clock.now()), why), share);
}

/** At memory speed. */
export const findText: FindAscii = ({ buffer, byteOffset, length }, text, from) =>
  Buffer.from(buffer, byteOffset, length).indexOf(text, from, "latin1");

const leftUploading = problem("cancelled", "the client went away while its request was being read");

function refusal({ headers, admission }: UnreadCall): RequestProblem | null {
  const { endpoint, method, path } = admission;
  // An upstream would show its own key in the answer (RFC 9110 §9.3.8).
  if (method === "TRACE" || method === "CONNECT")
    return problem("not_supported", `${method} is not forwarded`);
  if (climbs(path)) return problem("invalid_path", "the path must not lead out of where it begins");
  return webSocketProblem(headers, endpoint) ?? headerProblem(headers);
}
