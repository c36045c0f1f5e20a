// Judges an upstream's answer up to its commit point: what may go to the client, or why it may not.
import type { Bridge, Wire } from "../../../domain/protocols/bridge.ts";
import { relabelled, withType } from "../../../domain/http/content-type.ts";
import { breakObject, errorEvent } from "../../../domain/protocols/errors.ts";
import type { Framing } from "../../../domain/bytes/framing.ts";
import { streamProtocol } from "../../../domain/protocols/stream-reader.ts";
import { retryAfterMs } from "../../../domain/failover/judge.ts";
import { isRedirect } from "../../../domain/http/redirect.ts";
import type { UpstreamAnswer } from "../../../ports/upstream.ts";
import { inClientsForm } from "./clients-form.ts";
import {
  brokenStream,
  errorStatus,
  type AnswerFailure,
  type InHand,
  redirected,
} from "./answer-failures.ts";
import { holdAnswer, holdWhole } from "./hold-answer.ts";
import { createLiveSource } from "./event-stream.ts";
import type { AnswerContext, AttemptResult } from "./committed.ts";
import { recogniseStream } from "./recognise-stream.ts";
import { isBreak } from "./stream-failure.ts";

/** Reads the answer as far as it has to be held. Whoever owns the attempt closes its connection. */
export async function commitAnswer(
  answer: UpstreamAnswer,
  context: AnswerContext,
): Promise<AttemptResult> {
  const { call, bridge, policy, clock } = context;
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
  const open = () =>
    createLiveSource(body, wire, whole ? "full" : policy.commit, bridge, context.capture, clock);
  // Of what is neither cut into events nor passed on before its end, only the bytes count.
  let source = whole && framing === "none" ? null : open();
  const onContent = () => context.onContent(framing);
  const held = await (source === null
    ? holdWhole(body, context.share, context.capture, onContent)
    : holdAnswer(source, context.share, onContent));
  if (held.partial && source === null) {
    source = open();
    source.commit();
  }

  const headers = relabelled(answer.headers, framing, declared);
  const inHand: InHand = { status: answer.status, headers, held, context };
  const failed = (failure: AnswerFailure): AttemptResult => {
    body.cancel();
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
  // Nothing that may follow a gathered answer's last word can be passed on any more.
  if (gather !== null) body.cancel();
  const client = gather === null ? bridge.client(wire) : oneObject;
  return {
    kind: "committed",
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
      changed: () => carried.changed || source?.changed() === true,
      warnings: () => source?.warnings() ?? [],
      remark: () => source?.remark() ?? null,
    },
  };
}

/**
 * What is translated is read as its path's own stream, whatever cuts it into events, and as a whole
 * where its path has none.
 */
function wireOf({ endpoint, retells }: Bridge, framing: Framing): Wire {
  if (!retells) return { framing, protocol: streamProtocol(endpoint, framing) };
  const protocol = streamProtocol(endpoint, "sse");
  return { framing: protocol === null ? "none" : framing, protocol };
}

/** The form of a stream's events made one answer. */
const oneObject: ReturnType<Bridge["client"]> = {
  wire: { framing: "none", protocol: null },
  contentType: "application/json",
};
