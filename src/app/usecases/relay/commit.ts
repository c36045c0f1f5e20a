// Judges an upstream's answer up to its commit point: what may go to the client, or why it may not.
import type { Bridge, Wire } from "../../../domain/protocols/bridge.ts";
import { relabelled, withType } from "../../../domain/http/content-type.ts";
import { breakObject, errorEvent } from "../../../domain/protocols/errors.ts";
import type { JsonRecord } from "../../../domain/bytes/json.ts";
import type { Framing } from "../../../domain/bytes/framing.ts";
import type { HeaderList } from "../../../domain/http/headers.ts";
import { streamProtocol } from "../../../domain/protocols/stream-reader.ts";
import { retryAfterMs } from "../../../domain/failover/judge.ts";
import { isRedirect } from "../../../domain/http/redirect.ts";
import type { UpstreamAnswer, UpstreamBody } from "../../../ports/upstream.ts";
import { inClientsForm } from "./clients-form.ts";
import {
  brokenStream,
  errorStatus,
  type AnswerFailure,
  type InHand,
  redirected,
  untold,
} from "./answer-failures.ts";
import { judgeFitness, tooLargeToJudge } from "./judge-fitness.ts";
import { holdAnswer, holdWhole } from "./hold-answer.ts";
import { createLiveSource, type LiveSource } from "./event-stream.ts";
import type { AnswerContext, AttemptResult, CommittedAnswer } from "./committed.ts";
import { recogniseStream } from "./recognise-stream.ts";
import { isBreak, type StreamFailure } from "./stream-failure.ts";

/** Reads the answer as far as it has to be held. Whoever owns the attempt closes its connection. */
export async function commitAnswer(
  answer: UpstreamAnswer,
  context: AnswerContext,
): Promise<AttemptResult> {
  const { call, bridge, clock } = context;
  const after = retryAfterMs(answer.headers, clock.now());
  if (isRedirect(answer.status)) {
    answer.body.cancel();
    return { kind: "failed", failure: { ...redirected(answer, context), retryAfterMs: after } };
  }
  const recognised = await recogniseStream(call, bridge.endpoint, answer);
  const { declared, body } = recognised;
  const wire = wireOf(bridge, recognised.framing);
  const { framing } = wire;
  const promised = answer.status < 300 && framing === "none" && bridge.endpoint.promisesJson;
  const gather = answer.status < 400 ? bridge.gather(wire) : null;
  const whole = answer.status >= 400 || promised || gather !== null;
  // Of what is neither cut into events nor passed on before its end, only the bytes count.
  let source = whole && framing === "none" ? null : openSource(body, wire, whole, context);
  const held = await (source === null
    ? holdWhole(body, framing, context)
    : holdAnswer(source, framing, context));
  if (held.partial && source === null) {
    source = openSource(body, wire, whole, context);
    source.commit();
  }

  const headers = relabelled(answer.headers, framing, declared);
  const inHand: InHand = { status: answer.status, headers, held, context };
  if (answer.status >= 400) return failed(body, errorStatus(inHand), after);
  if (held.failure !== null) {
    // What has come of a stream says nothing to a client that cannot read one.
    const event = gather === null ? held.failure.event : null;
    return failed(body, brokenStream(inHand, { ...held.failure, event }), after);
  }
  const carried = inClientsForm(inHand, promised, gather);
  if ("failure" in carried) return failed(body, carried.failure, after);
  let notJudged: string | null = null;
  if (context.demands !== null) {
    const fitness = held.partial
      ? tooLargeToJudge
      : await judgeFitness(carried.pieces, context.demands, context.schemas);
    if (fitness.unfit !== null) return failed(body, untold("unfit", fitness.unfit), after);
    ({ notJudged } = fitness);
  }
  // Nothing that may follow a gathered answer's last word can be passed on any more.
  if (gather !== null) body.cancel();
  const client = gather === null ? bridge.client(wire) : oneObject;
  const clients = client.contentType === null ? headers : withType(headers, client.contentType);
  const isWhole = held.ended || gather !== null;
  return {
    kind: "committed",
    answer: new Committed(inHand, clients, client.wire, { ...carried, notJudged }, source, isWhole),
  };
}

function openSource(
  body: UpstreamBody,
  wire: Wire,
  whole: boolean,
  { policy, demands, bridge, capture, clock }: AnswerContext,
): LiveSource {
  const commit = whole || demands !== null ? "full" : policy.commit;
  return createLiveSource(body, wire, commit, bridge, capture, clock);
}

function failed(body: UpstreamBody, failure: AnswerFailure, after: number | null): AttemptResult {
  body.cancel();
  return { kind: "failed", failure: { ...failure, retryAfterMs: after } };
}

class Committed implements CommittedAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly wire: Wire;
  readonly held: Uint8Array[];
  readonly complete: boolean;
  readonly rest: LiveSource | null;
  readonly heldPartially: boolean;
  readonly #source: LiveSource | null;
  readonly #changed: boolean;
  readonly #notJudged: string | null;
  readonly #context: AnswerContext;

  /** @param source where it was read from; null: it was bytes, all of them held */
  constructor(
    { status, held, context }: InHand,
    headers: HeaderList,
    wire: Wire,
    carried: {
      readonly pieces: Uint8Array[];
      readonly changed: boolean;
      readonly notJudged: string | null;
    },
    source: LiveSource | null,
    isWhole: boolean,
  ) {
    this.status = status;
    this.headers = headers;
    this.wire = wire;
    this.held = carried.pieces;
    this.complete = held.complete;
    this.rest = isWhole ? null : source;
    this.heldPartially = held.partial;
    this.#source = source;
    this.#changed = carried.changed;
    this.#notJudged = carried.notJudged;
    this.#context = context;
  }

  lastWords(failure: StreamFailure): Uint8Array | null {
    if (failure.event !== null) return failure.event;
    const { policy } = this.#context;
    const { reason, message } = failure;
    const reset = policy.onBreak === "reset" && isBreak(reason);
    if (this.wire.framing === "none" || reset) return null;
    const error = breakObject(reason, message);
    return this.errorWords(error);
  }

  errorWords(error: JsonRecord): Uint8Array {
    const { call, bridge } = this.#context;
    const own = bridge.lastWords(error) ?? this.#source?.lastWords(error) ?? null;
    return own ?? errorEvent(this.wire, error, call.id);
  }

  changed(): boolean {
    return this.#changed || this.#source?.changed() === true;
  }

  warnings(): readonly string[] {
    const warnings = this.#source?.warnings() ?? nothing;
    return this.#notJudged === null ? warnings : [...warnings, `not_judged: ${this.#notJudged}`];
  }

  remark(): string | null {
    return this.#source?.remark() ?? null;
  }
}

const nothing: readonly string[] = [];

/**
 * What is translated is read as its path's own stream, whatever cuts it into events, and as a whole
 * where its path has none.
 */
function wireOf({ endpoint, retells }: Bridge, framing: Framing): Wire {
  if (!retells) return { framing, protocol: streamProtocol(endpoint, framing) };
  const { streams, protocol } = endpoint;
  return streams === null ? { framing: "none", protocol: null } : { framing, protocol };
}

/** The form of a stream's events made one answer. */
const oneObject: ReturnType<Bridge["client"]> = {
  wire: { framing: "none", protocol: null },
  contentType: "application/json",
};
