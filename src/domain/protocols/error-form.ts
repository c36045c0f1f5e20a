// How a protocol words an error of the router's own, in an answer and in a stream.
import type { JsonRecord } from "../bytes/json.ts";
import { errorObject, type RequestProblem } from "../http/problem.ts";

export interface ErrorForm {
  /** An answer's body. @param extra further fields of the error, where the form has a place for them */
  body(why: RequestProblem, extra: JsonRecord): string;
  /** The text of a stream's event. @param requestId for forms that name it */
  event(error: JsonRecord, requestId: string): string;
}

/** As OpenAI's clients read it, and Anthropic's as well. */
export function errorBodyOfV1(why: RequestProblem, extra: JsonRecord): string {
  return JSON.stringify({ error: errorObject(why, extra) });
}
