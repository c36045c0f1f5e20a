// Judges an upstream's answer up to its commit point: what may go to the client, or why it may not.
import {
  describeError,
  expectsJson,
  framingOf,
  plainError,
  streamFormat,
  type Framing,
  type UpstreamError,
} from "../../domain/dialects/wire-format.ts";
import type { Carriage, Wire } from "../../domain/carriage.ts";
import type { IncomingCall } from "../../domain/call.ts";
import { joinBytes } from "../../domain/bytes.ts";
import { headerValue, type HeaderList } from "../../domain/headers.ts";
import { isRecord, parseJsonBytes } from "../../domain/json.ts";
import { errorBody, problem } from "../../domain/problem.ts";
import { type AttemptFailure, type FailedAnswer, retryAfterMs } from "../../domain/judge.ts";
import type { Policy } from "../../domain/routing/types.ts";
import type { Clock } from "../../ports/clock.ts";
import type { UpstreamAnswer } from "../../ports/upstream.ts";
import { mostHeld, type Share } from "../../domain/budget.ts";
import type { Capture } from "./capture.ts";
import {
  createLiveSource,
  type LiveSource,
  type LiveStep,
  type StreamFailure,
} from "./live-source.ts";

/** An answer that may go to the client. */
export interface OpenedAnswer {
  readonly status: number;
  /** The upstream's own. */
  readonly headers: HeaderList;
  /** As the client gets it. */
  readonly wire: Wire;
  /** Held until now; goes first. Whoever sends it takes it out piece by piece. */
  readonly held: Uint8Array[];
  /** What follows; null where `held` is the whole answer. */
  readonly rest: LiveSource | null;
  /** Whether the client got, in the end, anything other than the upstream sent. */
  changed(): boolean;
  /** More was to be held than may be: the rest streams unchecked. */
  readonly heldPartially: boolean;
}

export type Opening =
  | { readonly kind: "opened"; readonly answer: OpenedAnswer }
  | { readonly kind: "failed"; readonly failure: AttemptFailure };

export interface OpeningContext {
  readonly call: IncomingCall;
  readonly carriage: Carriage;
  readonly policy: Policy;
  readonly capture: Capture;
  /** Counts the bytes held; whoever owns the attempt gives them back. */
  readonly share: Share;
  readonly clock: Clock;
  /** Called once, at the answer's first content. */
  onContent(framing: Framing): void;
}

/** Reads the answer as far as it has to be held (SPEC section 7). */
export async function openAnswer(
  answer: UpstreamAnswer,
  context: OpeningContext,
): Promise<Opening> {
  const { call, carriage } = context;
  const { path } = carriage;
  const framing =
    answer.status < 400 ? framingOf(headerValue(answer.headers, "content-type")) : "none";
  const wire = { framing, format: streamFormat(path, framing) };
  const source = createLiveSource(answer.body, wire, carriage, context.capture, context.clock);
  const promised = answer.status < 300 && framing === "none" && expectsJson(path);
  const whole = answer.status >= 400 || promised || context.policy.commit === "full";
  const reading = await hold(source, framing, whole, context);

  const failed = (failure: Omit<AttemptFailure, "retryAfterMs">): Opening => {
    source.cancel();
    return {
      kind: "failed",
      failure: { ...failure, retryAfterMs: retryAfterMs(answer.headers, context.clock.now()) },
    };
  };
  const asItIs = (body: Uint8Array): FailedAnswer => ({
    status: answer.status,
    headers: answer.headers,
    body,
  });
  const inJson = (body: Uint8Array): FailedAnswer => ({
    ...asItIs(body),
    headers: withType(answer.headers, "application/json"),
  });
  const retold = (body: Uint8Array): FailedAnswer =>
    carriage.error === null ? asItIs(body) : inJson(carriage.error(answer.status, body));

  if (answer.status >= 400 && reading.partial) {
    const message = `status ${answer.status}, with an error too large to be held`;
    const told = errorBody(call.service, problem("upstream_broken", message));
    const body = new TextEncoder().encode(told);
    return failed({
      reason: "status",
      message,
      status: answer.status,
      codes: [],
      answer: inJson(body),
    });
  }
  if (answer.status >= 400) {
    const body = joinBytes(reading.pieces);
    const error = errorIn(body);
    return failed({
      reason: reading.failure?.reason === "client_gone" ? "client_gone" : "status",
      message: `status ${answer.status}${error === null ? "" : `: ${error.message}`}`,
      status: answer.status,
      codes: error?.codes ?? [],
      answer: retold(body),
    });
  }
  if (reading.failure !== null) {
    const { reason, message, codes, event } = reading.failure;
    return failed({
      reason,
      message,
      codes,
      status: reason === "error_event" ? 502 : null,
      answer: event === null ? null : asItIs(joinBytes([...reading.pieces, event])),
    });
  }
  let wholeChanged = false;
  let held = reading.pieces;
  if (promised && reading.ended && call.method !== "HEAD") {
    const body = joinBytes(reading.pieces);
    const parsed = parseJsonBytes(body);
    const wrong = plainFailure(parsed);
    if (wrong !== null) return failed({ ...wrong, status: 502, answer: retold(body) });
    const carried = carriage.whole(body, parsed);
    wholeChanged = carried !== body;
    held = [carried];
  }
  const client = carriage.client(wire);
  return {
    kind: "opened",
    answer: {
      status: answer.status,
      headers:
        client.contentType === null ? answer.headers : withType(answer.headers, client.contentType),
      wire: client.wire,
      held,
      rest: reading.ended ? null : source,
      heldPartially: reading.partial,
      changed: () => wholeChanged || source.changed(),
    },
  };
}

function withType(headers: HeaderList, type: string): HeaderList {
  return [...headers.filter(([name]) => name !== "content-type"), ["content-type", type]];
}

interface Held {
  readonly pieces: Uint8Array[];
  readonly size: number;
  readonly ended: boolean;
  readonly partial: boolean;
  readonly failure: StreamFailure | null;
}

async function hold(
  source: LiveSource,
  framing: Framing,
  whole: boolean,
  context: OpeningContext,
): Promise<Held> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let contentSeen = false;
  for (;;) {
    const step: LiveStep = await source.next();
    const stepSize = step.pieces.reduce((sum, piece) => sum + piece.length, 0);
    for (const piece of step.pieces) pieces.push(piece);
    const room = size + stepSize <= mostHeld && context.share.take(stepSize);
    if (room) size += stepSize;
    if (step.content && !contentSeen) {
      contentSeen = true;
      context.onContent(framing);
    }
    if (step.outcome === "ended")
      return { pieces, size, ended: true, partial: false, failure: null };
    if (step.outcome !== "open")
      return { pieces, size, ended: false, partial: false, failure: step.outcome };
    if (!room) return { pieces, size, ended: false, partial: true, failure: null };
    if (contentSeen && !whole) return { pieces, size, ended: false, partial: false, failure: null };
  }
}

/** @param parsed undefined where the body is no JSON */
function plainFailure(
  parsed: unknown,
): Pick<AttemptFailure, "reason" | "message" | "codes"> | null {
  if (parsed === undefined)
    return { reason: "not_json", message: "the upstream's answer is not JSON", codes: [] };
  const error = plainError(parsed);
  return error === null ? null : { reason: "error_body", ...error };
}

function errorIn(body: Uint8Array): UpstreamError | null {
  const parsed = parseJsonBytes(body);
  return isRecord(parsed) && "error" in parsed ? describeError(parsed["error"]) : null;
}
