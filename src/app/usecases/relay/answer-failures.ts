// Why an answer is none, and what of it its client gets where no candidate does better.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import { withType } from "../../../domain/http/content-type.ts";
import { jsonBytes } from "../../../domain/bytes/json-written.ts";
import { contextOverflow } from "../../../domain/protocols/context-overflow.ts";
import { errorBody } from "../../../domain/protocols/errors.ts";
import { readErrorBody } from "../../../domain/protocols/upstream-error.ts";
import type { HeaderList } from "../../../domain/http/headers.ts";
import type { AttemptFailure, FailedAnswer } from "../../../domain/failover/judge.ts";
import { problem } from "../../../domain/http/problem.ts";
import { redirectWords } from "../../../domain/http/redirect.ts";
import type { UpstreamAnswer } from "../../../ports/upstream.ts";
import type { HeldAnswer } from "./hold-answer.ts";
import type { AnswerContext } from "./committed.ts";
import type { StreamFailure } from "./stream-failure.ts";

export type AnswerFailure = Omit<AttemptFailure, "retryAfterMs">;

/** An answer of which all that will be read has been read. */
export interface InHand {
  readonly status: number;
  readonly headers: HeaderList;
  readonly held: HeldAnswer;
  readonly context: AnswerContext;
}

export function redirected(
  { status, headers }: UpstreamAnswer,
  context: AnswerContext,
): AnswerFailure {
  const message = redirectWords(status, headers, context.url, context.baseUrl);
  return { reason: "redirect", message, status: 502, codes: [], answer: null };
}

export function errorStatus(inHand: InHand): AnswerFailure {
  const { status, held, context } = inHand;
  if (held.partial) {
    const message = `status ${status}, with an error too large to be held`;
    const errorText = errorBody(
      context.call.endpoint.protocol,
      problem("upstream_broken", message),
      { status, requestId: context.call.id },
    );
    const answer = withBody(inHand, new TextEncoder().encode(errorText), "application/json");
    return { reason: "status", message, status, codes: [], answer };
  }
  const body = joinBytes(held.pieces);
  const error = readErrorBody(body);
  return {
    reason: held.failure?.reason === "client_gone" ? "client_gone" : "status",
    message: `status ${status}${error === null ? "" : `: ${error.message}`}`,
    status,
    codes: error?.codes ?? [],
    answer: retold(inHand, body),
  };
}

export function brokenStream(inHand: InHand, failure: StreamFailure): AnswerFailure {
  const { reason, message, codes } = failure;
  const status = reason === "error_event" ? 502 : null;
  return { reason, message, codes, status, answer: answerOfBroken(inHand, failure) };
}

/** Clients that get it in other words get an error that they know by its code, as an answer. */
function answerOfBroken(
  inHand: InHand,
  { reason, message, codes, event }: StreamFailure,
): FailedAnswer | null {
  if (event !== null) return withBody(inHand, joinBytes([...inHand.held.pieces, event]), null);
  if (reason !== "error_event" || inHand.context.bridge.error === null) return null;
  return retold(inHand, jsonBytes({ error: { message, code: codes[0] ?? null } }));
}

/** Nothing of the answer can be passed to the client. */
export function untold(reason: AnswerFailure["reason"], message: string): AnswerFailure {
  return { reason, message, status: 502, codes: [], answer: null };
}

/** A failed answer as its client gets it where nobody does better. */
export function retold(inHand: InHand, body: Uint8Array): FailedAnswer {
  const { error } = inHand.context.bridge;
  if (error === null) return withBody(inHand, body, null);
  // Clients that get it in other words look for an error there only.
  const status = inHand.status < 400 ? statusOf(body) : inHand.status;
  return { ...withBody(inHand, error(status, body), "application/json"), status };
}

/** Of a failure that came with a 200: where the request is to blame, asking again is of no help. */
function statusOf(body: Uint8Array): number {
  const said = readErrorBody(body);
  return said !== null && contextOverflow(said) !== null ? 400 : 502;
}

/** @param type null: the upstream's own */
function withBody(
  { status, headers }: InHand,
  body: Uint8Array,
  type: string | null,
): FailedAnswer {
  return { status, headers: type === null ? headers : withType(headers, type), body };
}
