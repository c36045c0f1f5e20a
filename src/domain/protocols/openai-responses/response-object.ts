// A response as OpenAI's API gives it: every field that its clients' schemas want, with what the request asked for.
import type { JsonSource } from "../../bytes/json-source.ts";
import { ownNumber, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import { askedAgain } from "./asked-again.ts";

/** How far it has come. */
export interface ResponseState {
  readonly status: "in_progress" | "completed" | "incomplete" | "failed";
  readonly output: readonly Written[];
  readonly error?: WrittenObject;
  /** Why it is incomplete. */
  readonly reason?: "max_output_tokens" | "content_filter";
  readonly usage?: WrittenObject;
  /** Epoch s. */
  readonly completedAt?: number;
}

/** What all of a response's snapshots have in common. */
export interface ResponseHead {
  readonly id: string;
  readonly model: string;
  /** Epoch s. */
  readonly createdAt: number;
  /** The client's request; null: nothing is known of it. */
  readonly asked: JsonSource | null;
  /** It can be referred to by its id. */
  readonly isKept: boolean;
  /** Id of the response before it; null: it begins a conversation. */
  readonly previous: string | null;
}

export function responseObject(head: ResponseHead, state: ResponseState): WrittenObject {
  const { status, output, error, reason, usage, completedAt } = state;
  return {
    id: head.id,
    object: "response",
    access_programs: null,
    created_at: ownNumber(head.createdAt),
    completed_at: completedAt === undefined ? null : ownNumber(completedAt),
    status,
    background: false,
    error: error ?? null,
    incomplete_details: reason === undefined ? null : { reason },
    model: head.model,
    ...askedAgain(head.asked),
    output,
    previous_response_id: head.previous,
    store: head.isKept,
    usage: usage ?? null,
  };
}
