// How a protocol words an error of the router's own, in an answer and in a stream.
import type { JsonRecord } from "../bytes/json.ts";
import { errorObject, type RequestProblem } from "../http/problem.ts";

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
}

/** As OpenAI's clients read it. */
export function errorBodyOfV1(why: RequestProblem, { extra }: ErrorAround): string {
  return JSON.stringify({ error: errorObject(why, extra) });
}
