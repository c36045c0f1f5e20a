// The answer of a call whose client already has a 200 and pings: whatever comes must now be said in events.
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import { bodySource } from "../../../domain/bytes/json-source.ts";
import { maxHeldBytes } from "../../../domain/failover/budget.ts";
import { errorEvent } from "../../../domain/protocols/errors.ts";
import { protocols } from "../../../domain/protocols/protocol.ts";
import type { EarlyEvents } from "../../../domain/protocols/event-reading.ts";
import { readErrorBody } from "../../../domain/protocols/upstream-error.ts";
import { isAnswerTo, wholeFailure } from "../../../domain/protocols/whole-answer.ts";
import { wholeAsEvents } from "../../../domain/protocols/whole-as-events.ts";
import { streamProtocol } from "../../../domain/protocols/stream-reader.ts";
import type { Wire } from "../../../domain/protocols/bridge.ts";
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { headerValue } from "../../../domain/http/headers.ts";
import { errorObject, problem, problemStatus } from "../../../domain/http/problem.ts";
import { isRecord, type JsonRecord, parseJsonBytes } from "../../../domain/bytes/json.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Answer, AnswerStream } from "../../../ports/service.ts";
import { pingUntil } from "./ping.ts";

type EarlyCall = Pick<IncomingCall, "id" | "endpoint" | "model" | "body" | "json" | "continues">;

export interface EarlyDeps {
  readonly clock: Clock;
  /** ms. */
  readonly sseKeepaliveMs: number;
  /** Answers are kept for later calls that refer to them. */
  readonly keepsAnswers: boolean;
}

/**
 * Sends the head of an event stream now, pings until `coming` is there, then passes it on as events.
 * @param beginning of the stream that is to come, as far as that is known: `"own"` where the router writes it, else the events by
 * which its server began it; null: none have come
 */
export function earlyAnswer(
  call: EarlyCall,
  coming: Promise<Answer>,
  beginning: () => "own" | Uint8Array | null,
  deps: EarlyDeps,
): Answer {
  const events = coming.then((answer) => asEvents(call, answer));
  // Whoever pulls gets the failure; a client that does not pull for now must not bring the process down.
  events.catch(() => undefined);
  return {
    status: 200,
    headers: [
      ["content-type", "text/event-stream"],
      ["cache-control", "no-cache"],
      ["x-request-id", call.id],
    ],
    body: pingUntil(events, deps.sseKeepaliveMs, deps.clock, () =>
      earlyEvents(call, beginning(), deps),
    ),
  };
}

/** Null: its clients take comments for life, or nothing can be said in its server's name. */
function earlyEvents(
  call: EarlyCall,
  beginning: "own" | Uint8Array | null,
  { keepsAnswers }: EarlyDeps,
): EarlyEvents | null {
  if (beginning === null) return null;
  const { id, model, endpoint, body } = call;
  const { early } = protocols[endpoint.protocol].events;
  const json = early === null || endpoint.streams === null ? null : call.json();
  if (early === null || json === null) return null;
  return early({
    id,
    model,
    request: bodySource(body, json),
    kept: keepsAnswers && json["store"] !== false,
    previous: call.continues?.previous ?? null,
    beginning: beginning === "own" ? null : beginning,
  });
}

async function asEvents(
  call: Pick<IncomingCall, "id" | "endpoint">,
  answer: Answer,
): Promise<AnswerStream> {
  const { body, status } = answer;
  const wire: Wire = { framing: "sse", protocol: streamProtocol(call.endpoint, "sse") };
  const type = headerValue(answer.headers, "content-type") ?? "";
  // An upstream's own error event among them passes as it came.
  if (status < 400 && type.startsWith("text/event-stream") && body !== null)
    return isStream(body) ? body : once(body);
  const whole = isStream(body) ? await readAll(body) : (body ?? new Uint8Array(0));
  if (whole === null) return once(errorEvent(wire, errorObject(tooLarge), call.id));
  const error = status < 400 ? failureOf(call, whole) : { ...errorOf(whole), status };
  return once(
    error === null ? wholeAsEvents(wire.protocol, whole) : errorEvent(wire, error, call.id),
  );
}

/** The error of a 2xx answer that is a failure, with the status it would have had; null where it is an answer. */
function failureOf(
  call: Pick<IncomingCall, "id" | "endpoint">,
  whole: Uint8Array,
): JsonRecord | null {
  if (!call.endpoint.promisesJson) return null;
  const parsed = parseJsonBytes(whole);
  if (parsed === undefined) return { ...errorObject(notJson), status: problemStatus(notJson.kind) };
  const failure = wholeFailure(parsed);
  if (failure === null)
    return isAnswerTo(call.endpoint, parsed)
      ? null
      : { ...errorObject(noAnswer), status: problemStatus(noAnswer.kind) };
  const { message, codes } = failure;
  const own = isRecord(parsed) && isRecord(parsed["error"]) ? parsed["error"] : null;
  const error = own ?? { message, type: "upstream_error", param: null, code: codes[0] ?? null };
  return { ...error, status: problemStatus("upstream_broken") };
}

function isStream(body: Answer["body"]): body is AnswerStream {
  return body !== null && "next" in body;
}

const notJson = problem("upstream_broken", "the upstream's answer is not JSON");

const noAnswer = problem("upstream_broken", "the upstream's answer is not one to this call");

const tooLarge = problem(
  "upstream_broken",
  "the upstream's answer is not an event stream, and too large to be made one",
);

/** null: it is larger than may be held, and has been let go. */
async function readAll(stream: AnswerStream): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const piece = await stream.next();
    if (piece === null) return joinBytes(pieces);
    size += piece.length;
    if (size > maxHeldBytes) {
      stream.cancel(tooLarge.message);
      return null;
    }
    pieces.push(piece);
  }
}

function once(bytes: Uint8Array): AnswerStream {
  let left: Uint8Array | null = bytes;
  return {
    next() {
      const now = left;
      left = null;
      return Promise.resolve(now);
    },
    cancel() {
      left = null;
    },
  };
}

function errorOf(body: Uint8Array): JsonRecord {
  const parsed = parseJsonBytes(body);
  if (isRecord(parsed) && isRecord(parsed["error"])) return parsed["error"];
  const { message, codes } = readErrorBody(body) ?? { message: "no words came with it", codes: [] };
  return { message, type: "upstream_error", param: null, code: codes[0] ?? null };
}
