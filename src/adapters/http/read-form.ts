// A form of the pages, read by the reader that calls have, within limits of its own.
import { createBudget } from "../../domain/failover/budget.ts";
import { problemStatus } from "../../domain/http/problem.ts";
import { readBody, type UploadClock } from "./read-body.ts";

/** A form's fields, or why it cannot be read. */
export type SubmittedForm =
  | { readonly fields: URLSearchParams }
  | { readonly status: number; readonly message: string };

/** Larger than any token. */
const maxBytes = 64 * 1024;
/** Bytes of all forms being read at once. */
const sharedBytes = 16 * 1024 * 1024;

/** @param most bytes that a form may have */
export function createFormReader(clock: UploadClock, most = maxBytes) {
  const budget = createBudget(sharedBytes);
  return async (request: Request): Promise<SubmittedForm> => {
    using share = budget.share();
    const read = await readBody(request, { maxRequestSize: most, share }, clock);
    switch (read.kind) {
      case "read":
        return { fields: new URLSearchParams(new TextDecoder().decode(read.bytes)) };
      case "gone":
        return { status: 499, message: "the client left before it had sent the form" };
      case "problem":
        return read.problem.kind === "request_too_large"
          ? { status: 413, message: `a form has at most ${most} bytes` }
          : { status: problemStatus(read.problem.kind), message: read.problem.message };
    }
  };
}
