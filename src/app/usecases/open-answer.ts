// Judges an upstream's answer up to its commit point: what may go to the client, or why it may not.
import type { Carriage, Wire } from "../../domain/carriage.ts";
import type { IncomingCall } from "../../domain/call.ts";
import { joinBytes } from "../../domain/bytes.ts";
import { breakObject, errorEvent } from "../../domain/dialects/error-event.ts";
import { readErrorBody } from "../../domain/dialects/upstream-error.ts";
import { expectsJson, wholeFailure } from "../../domain/dialects/whole-answer.ts";
import { type Framing, streamFormat } from "../../domain/dialects/wire-format.ts";
import type { HeaderList } from "../../domain/headers.ts";
import { parseJsonBytes } from "../../domain/json.ts";
import { errorBody, problem } from "../../domain/problem.ts";
import { type AttemptFailure, type FailedAnswer, retryAfterMs } from "../../domain/judge.ts";
import { isRedirect, redirectWords } from "../../domain/redirect.ts";
import type { Policy } from "../../domain/routing/types.ts";
import type { Clock } from "../../ports/clock.ts";
import type { UpstreamAnswer } from "../../ports/upstream.ts";
import type { Share } from "../../domain/budget.ts";
import type { Capture } from "./capture.ts";
import { type Held, holdAnswer } from "./hold-answer.ts";
import { createLiveSource, type LiveSource } from "./live-source.ts";
import { recogniseStream } from "./recognise-stream.ts";
import { isBreak, type StreamFailure } from "./stream-failure.ts";

/** An answer that may go to the client. */
export interface OpenedAnswer {
  readonly status: number;
  /** The upstream's own. */
  readonly headers: HeaderList;
  /** As the client gets it. */
  readonly wire: Wire;
  /** Held until now; goes first. Whoever sends it takes it out piece by piece. */
  readonly held: Uint8Array[];
  /** Whoever has what is held has the whole answer, though more may follow. */
  readonly complete: boolean;
  /** What follows; null where `held` is the whole answer. */
  readonly rest: LiveSource | null;
  /** What the client gets instead of the rest; null: a connection closed unfinished. */
  lastWords(failure: StreamFailure): Uint8Array | null;
  /** Whether the client got, in the end, anything other than the upstream sent. */
  changed(): boolean;
  /** More was to be held than may be: the rest streams unchecked. */
  readonly heldPartially: boolean;
  /** Complete once the answer is over. */
  warnings(): readonly string[];
}

export type Opening =
  | { readonly kind: "opened"; readonly answer: OpenedAnswer }
  | { readonly kind: "failed"; readonly failure: AttemptFailure };

export interface OpeningContext {
  readonly call: IncomingCall;
  /** The URL that was asked, and the server's of which it is a part. */
  readonly url: string;
  readonly baseUrl: string;
  readonly carriage: Carriage;
  readonly policy: Policy;
  readonly capture: Capture;
  /** Counts the bytes held; whoever owns the attempt gives them back. */
  readonly share: Share;
  readonly clock: Clock;
  /** Called once, at the answer's first content. */
  onContent(framing: Framing): void;
}

type Failure = Omit<AttemptFailure, "retryAfterMs">;

/** Reads the answer as far as it has to be held (SPEC section 7). */
export async function openAnswer(
  answer: UpstreamAnswer,
  context: OpeningContext,
): Promise<Opening> {
  const { call, carriage, policy, clock } = context;
  const { path } = carriage;
  const after = retryAfterMs(answer.headers, clock.now());
  if (isRedirect(answer.status)) {
    answer.body.cancel();
    return { kind: "failed", failure: { ...redirected(answer, context), retryAfterMs: after } };
  }
  const recognised = await recogniseStream(call, path, answer);
  const { declared, body } = recognised;
  const wire = wireOf(carriage, recognised.framing);
  const { framing } = wire;
  const promised = answer.status < 300 && framing === "none" && expectsJson(path);
  const gather = answer.status < 400 ? carriage.gather(wire) : null;
  const whole = answer.status >= 400 || promised || gather !== null;
  const commit = whole ? "full" : policy.commit;
  const source = createLiveSource(body, wire, commit, carriage, context.capture, clock);
  const held = await holdAnswer(source, context.share, () => context.onContent(framing));

  const headers = relabelled(answer.headers, framing, declared);
  const inHand: InHand = { status: answer.status, headers, held, context };
  const failed = (failure: Failure): Opening => {
    source.cancel();
    return { kind: "failed", failure: { ...failure, retryAfterMs: after } };
  };
  if (answer.status >= 400) return failed(errorStatus(inHand));
  if (held.failure !== null) {
    // What has come of a stream says nothing to a client that cannot read one.
    const event = gather === null ? held.failure.event : null;
    return failed(brokenStream(inHand, { ...held.failure, event }));
  }
  const carried = inClientsForm(inHand, promised, gather);
  if ("failure" in carried) return failed(carried.failure);
  // Nothing that may follow a gathered answer's last word can be told any more.
  if (gather !== null) source.cancel();
  const client = gather === null ? carriage.client(wire) : oneObject;
  return {
    kind: "opened",
    answer: {
      status: answer.status,
      headers: client.contentType === null ? headers : withType(headers, client.contentType),
      wire: client.wire,
      held: carried.pieces,
      complete: held.complete,
      rest: held.ended || gather !== null ? null : source,
      heldPartially: held.partial,
      lastWords(failure) {
        if (failure.event !== null) return failure.event;
        const { reason, message } = failure;
        const reset = policy.onBreak === "reset" && isBreak(reason);
        return client.wire.framing === "none" || reset
          ? null
          : errorEvent(client.wire, breakObject(reason, message), call.id);
      },
      changed: () => carried.changed || source.changed(),
      warnings: () => source.warnings(),
    },
  };
}

/**
 * What is translated is read as its path's own stream, whatever cuts it into events, and as a whole
 * where its path has none.
 */
function wireOf({ path, retells }: Carriage, framing: Framing): Wire {
  if (!retells) return { framing, format: streamFormat(path, framing) };
  const format = streamFormat(path, "sse");
  return { framing: format === "opaque" ? "none" : framing, format };
}

/** An answer of which all that will be read has been read. */
interface InHand {
  readonly status: number;
  readonly headers: HeaderList;
  readonly held: Held;
  readonly context: OpeningContext;
}

function redirected({ status, headers }: UpstreamAnswer, context: OpeningContext): Failure {
  const message = redirectWords(status, headers, context.url, context.baseUrl);
  return { reason: "redirect", message, status: 502, codes: [], answer: null };
}

function errorStatus(inHand: InHand): Failure {
  const { status, held, context } = inHand;
  if (held.partial) {
    const message = `status ${status}, with an error too large to be held`;
    const told = errorBody(context.call.service, problem("upstream_broken", message));
    const answer = withBody(inHand, new TextEncoder().encode(told), "application/json");
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

function brokenStream(inHand: InHand, failure: StreamFailure): Failure {
  const { reason, message, codes, event } = failure;
  const body = event === null ? null : joinBytes([...inHand.held.pieces, event]);
  return {
    reason,
    message,
    codes,
    status: reason === "error_event" ? 502 : null,
    answer: body === null ? null : withBody(inHand, body, null),
  };
}

/** The form of a stream's events made one answer. */
const oneObject: ReturnType<Carriage["client"]> = {
  wire: { framing: "none", format: "opaque" },
  contentType: "application/json",
};

/**
 * What is held, as the client gets it, or why it cannot.
 * @param promised a whole JSON answer
 */
function inClientsForm(
  inHand: InHand,
  promised: boolean,
  gather: ReturnType<Carriage["gather"]>,
): { readonly pieces: Uint8Array[]; readonly changed: boolean } | { readonly failure: Failure } {
  const { held, context } = inHand;
  const { call, carriage } = context;
  if (gather !== null) {
    const gathered = held.partial ? tooLarge : gather(joinBytes(held.pieces));
    return "error" in gathered
      ? { failure: untold("error_event", gathered.error) }
      : { pieces: [gathered.body], changed: true };
  }
  const passes = !promised || call.method === "HEAD" || (held.partial && !carriage.retells);
  if (passes) return { pieces: held.pieces, changed: false };
  if (held.partial) return { failure: untold("not_json", tooLarge.error) };
  const bytes = joinBytes(held.pieces);
  const parsed = parseJsonBytes(bytes);
  const wrong = plainFailure(parsed);
  if (wrong !== null) return { failure: { ...wrong, status: 502, answer: retold(inHand, bytes) } };
  const body = carriage.whole(bytes, parsed);
  return body === null
    ? { failure: untold("not_json", `the upstream's answer is not one of ${carriage.path}`) }
    : { pieces: [body], changed: body !== bytes };
}

const tooLarge = {
  error: "the upstream's answer is larger than may be held, and has to be held to be translated",
};

/** Nothing of the answer can be told to the client. */
function untold(reason: Failure["reason"], message: string): Failure {
  return { reason, message, status: 502, codes: [], answer: null };
}

/** @param parsed undefined where the body is not JSON */
function plainFailure(parsed: unknown): Pick<Failure, "reason" | "message" | "codes"> | null {
  if (parsed === undefined)
    return { reason: "not_json", message: "the upstream's answer is not JSON", codes: [] };
  const error = wholeFailure(parsed);
  return error === null ? null : { reason: "error_body", ...error };
}

/** A failed answer as its client gets it where nobody does better. */
function retold(inHand: InHand, body: Uint8Array): FailedAnswer {
  const { error } = inHand.context.carriage;
  return error === null
    ? withBody(inHand, body, null)
    : {
        ...withBody(inHand, error(inHand.status, body), "application/json"),
        // Clients that get it in other words look for an error there only.
        status: inHand.status < 400 ? 502 : inHand.status,
      };
}

/** @param type null: the upstream's own */
function withBody(
  { status, headers }: InHand,
  body: Uint8Array,
  type: string | null,
): FailedAnswer {
  return { status, headers: type === null ? headers : withType(headers, type), body };
}

const contentTypes: Record<Framing, string> = {
  sse: "text/event-stream",
  ndjson: "application/x-ndjson",
  none: "application/json",
};

/** The label that fits what the answer was found to be. */
function relabelled(headers: HeaderList, framing: Framing, declared: Framing): HeaderList {
  return framing === declared ? headers : withType(headers, contentTypes[framing]);
}

function withType(headers: HeaderList, type: string): HeaderList {
  return [...headers.filter(([name]) => name !== "content-type"), ["content-type", type]];
}
