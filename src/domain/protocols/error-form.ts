// How a protocol words an error of the router's own, in an answer and in a stream.
import type { JsonRecord } from "../bytes/json.ts";
import type { Frame } from "../bytes/frame.ts";
import { errorObject, type RequestProblem } from "../http/problem.ts";
import type { UpstreamError } from "./upstream-error.ts";

/** What an error's body says beside the error itself, where the form has a place for it. */
export interface ErrorAround {
  /** Of the answer. */
  readonly status: number;
  /** null: the request has no row, and so no id. */
  readonly requestId: string | null;
  /** Further fields of the error. */
  readonly extra: JsonRecord;
}

export interface ErrorForm {
  /** An answer's body. */
  body(why: RequestProblem, around: ErrorAround): string;
  /** The text of a stream's event. @param requestId for forms that name it */
  event(error: JsonRecord, requestId: string): string;
  /** For a new stream that passes as it comes; null: its last words are the same whatever came before. */
  readonly soFar: ((requestId: string) => StreamSoFar) | null;
}

/** What has gone by of a stream, as far as what the router says in it depends on that. */
export interface StreamSoFar {
  /** @param json what the event's data parsed to; null where it is not an object */
  saw(event: Frame, json: JsonRecord | null): void;
  /** Whole events that nobody read, and that were like the one before them. */
  passed(events: Uint8Array): void;
  /** The events by which it began; null: it has not begun. */
  beginning(): Uint8Array | null;
  /** An event that says only that the stream goes on; null: it has not begun. */
  alive(): Uint8Array | null;
  /** What has to follow the event by which the upstream itself reported an error, seen last. */
  afterTheirs(error: UpstreamError): Uint8Array;
  /** What ends it where the upstream said nothing. */
  lastWords(error: JsonRecord): Uint8Array;
}

/** As OpenAI's clients read it. */
export function errorBodyOfV1(why: RequestProblem, { extra }: ErrorAround): string {
  return JSON.stringify({ error: errorObject(why, extra) });
}
