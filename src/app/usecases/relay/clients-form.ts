// A held answer in the form in which its client gets it: as it came, cleaned, translated or gathered.
import { joinBytes } from "../../../domain/bytes/join-bytes.ts";
import type { Bridge } from "../../../domain/protocols/bridge.ts";
import { isAnswerTo, wholeFailure } from "../../../domain/protocols/whole-answer.ts";
import { isRecord, parseJsonBytes } from "../../../domain/bytes/json.ts";
import { type AnswerFailure, type InHand, retold, untold } from "./answer-failures.ts";

/**
 * What is held, as the client gets it, or why it cannot.
 * @param promised a whole JSON answer
 */
export function inClientsForm(
  inHand: InHand,
  promised: boolean,
  gather: ReturnType<Bridge["gather"]>,
):
  | { readonly pieces: Uint8Array[]; readonly changed: boolean }
  | { readonly failure: AnswerFailure } {
  const { held, context } = inHand;
  const { call, bridge } = context;
  if (gather !== null) {
    const gathered = held.partial ? tooLarge : gather(joinBytes(held.pieces));
    return "error" in gathered
      ? { failure: untold("error_event", gathered.error) }
      : { pieces: [gathered.body], changed: true };
  }
  const passes = !promised || call.method === "HEAD" || (held.partial && !bridge.retells);
  if (passes) return { pieces: held.pieces, changed: false };
  if (held.partial) return { failure: untold("not_json", tooLarge.error) };
  const bytes = joinBytes(held.pieces);
  const parsed = parseJsonBytes(bytes);
  const wrong = plainFailure(parsed, bridge);
  if (wrong !== null) return { failure: { ...wrong, status: 502, answer: retold(inHand, bytes) } };
  if (isRecord(parsed)) context.capture.parsed(parsed);
  const body = bridge.whole(bytes, parsed);
  return body === null
    ? { failure: untold("not_json", notOneOf(bridge)) }
    : { pieces: [body], changed: body !== bytes };
}

function notOneOf({ path }: Bridge): string {
  return `the upstream's answer is not one of ${path}`;
}

const tooLarge = {
  error: "the upstream's answer is larger than may be held, and has to be held to be translated",
};

/** @param parsed undefined where the body is not JSON */
function plainFailure(
  parsed: unknown,
  bridge: Bridge,
): Pick<AnswerFailure, "reason" | "message" | "codes"> | null {
  if (parsed === undefined)
    return { reason: "not_json", message: "the upstream's answer is not JSON", codes: [] };
  const error = wholeFailure(parsed);
  if (error !== null) return { reason: "error_body", ...error };
  return isAnswerTo(bridge.endpoint, parsed)
    ? null
    : { reason: "not_json", message: notOneOf(bridge), codes: [] };
}
