// The driving port: how a front door hands a call to the use cases and gets the client's answer.
import type { IncomingCall } from "../domain/call/incoming-call.ts";
import type { HeaderList } from "../domain/http/headers.ts";
import type { RequestProblem } from "../domain/http/problem.ts";

/** Bytes for the client, pulled at the client's pace. */
export interface AnswerStream {
  /**
   * The next bytes; null at the end. One call at a time. Rejects when the answer broke and its
   * format has no words for that: the client's connection must then be closed unfinished.
   */
  next(): Promise<Uint8Array | null>;
  /**
   * Nothing more is wanted. Safe to call at any time.
   * @param unfit why the answer cannot be passed on; by default the client went away
   */
  cancel(unfit?: string): void;
}

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array | AnswerStream | null;
}

export interface CallService {
  /**
   * Routes a call and answers it.
   * @param clientGone fires when the client leaves before its answer is complete
   */
  handle(call: IncomingCall, clientGone: AbortSignal): Promise<Answer>;
  /** Answers a call that cannot be routed (400, 413, 503, 508) and leaves its row. */
  refuse(call: IncomingCall, problem: RequestProblem): Answer;
  /** Answers a call that a fault of the router's own ended before it could be routed: reported, 500, and its row. */
  fail(call: IncomingCall, fault: unknown): Answer;
}
