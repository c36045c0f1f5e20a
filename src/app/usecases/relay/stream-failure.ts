// Why a stream did not come to its end, as a value.
import type { FailureReason } from "../../../domain/failover/attempt.ts";
import type { BodyRead } from "../../../ports/upstream.ts";
import { clientWentAway } from "../cancellation.ts";

export interface StreamFailure {
  readonly reason: FailureReason;
  readonly message: string;
  readonly codes: readonly string[];
  /** The upstream's own error event; null where the router has to say it. */
  readonly event: Uint8Array | null;
}

/** A read that brought no bytes. */
export type NoBytes = Exclude<BodyRead, { kind: "bytes" }>;

/** @param unread the last event could not be read */
export function breakOf(got: NoBytes, unread: boolean): StreamFailure {
  switch (got.kind) {
    case "end":
      return unread ? endsUnread : noEnd;
    case "broke":
      return { ...noEnd, reason: "broken", message: got.message };
    case "undecodable":
      return { ...noEnd, reason: "bad_encoding", message: got.message };
    case "timed-out":
      return { ...noEnd, reason: "silence_timeout", message: got.message };
    case "aborted":
      return { ...noEnd, reason: "client_gone", message: clientWentAway };
  }
}

const noEnd: StreamFailure = {
  reason: "no_end",
  message: "the upstream's stream ended before the answer was complete",
  codes: [],
  event: null,
};

const endsUnread: StreamFailure = {
  ...noEnd,
  reason: "malformed_event",
  message: "the upstream's stream ended with an event that is not JSON",
};

export const tooLargeToTranslate: StreamFailure = {
  ...noEnd,
  reason: "malformed_event",
  message: "the upstream sent an event too large to be translated",
};

/** Whether the upstream just stopped, rather than saying why or being given up by the client. */
export function isBreak(reason: FailureReason): boolean {
  return reason !== "error_event" && reason !== "client_gone";
}
