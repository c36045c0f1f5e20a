// Whether a document that came with a 2xx status, an event or a whole answer, says that the answer failed.
import { isRecord, type JsonRecord } from "../bytes/json.ts";
import { describeError, holdsError, type UpstreamError } from "./upstream-error.ts";

/**
 * An `error`, at the top or in a choice, counts unless the document brings content of its own;
 * `finish_reason: "error"` and `status: "failed"` always do.
 * @param bringsContent whether it does
 * @returns the failure in the upstream's words; null where there is none
 */
export function failureIn(document: JsonRecord, bringsContent: boolean): UpstreamError | null {
  if (!mayFail(document)) return null;
  const { choices } = document;
  const records = Array.isArray(choices) ? (choices as readonly unknown[]).filter(isRecord) : [];
  const failed = records.find((choice) => choice["finish_reason"] === "error");
  const says =
    document["status"] === "failed"
      ? "status: failed"
      : document["done_reason"] === "error"
        ? "done_reason: error"
        : failed === undefined
          ? null
          : "finish_reason: error";
  const holder = holdsError(document) ? document : records.find(holdsError);
  if (holder !== undefined && (says !== null || !bringsContent))
    return describeError(errorOf(holder));
  return says === null
    ? null
    : { message: `the upstream ended its answer with ${says}`, codes: [] };
}

/** Whether there is anything that has to be looked into: in nearly every document there is not. */
export function mayFail(document: JsonRecord): boolean {
  const { status, done_reason: doneReason, choices } = document;
  if (status === "failed" || doneReason === "error" || holdsError(document)) return true;
  if (!Array.isArray(choices)) return false;
  for (const choice of choices as readonly unknown[])
    if (isRecord(choice) && (choice["finish_reason"] === "error" || holdsError(choice)))
      return true;
  return false;
}

/** The error with nothing of the answer around it, whose words and types would be taken for its own. */
function errorOf(holder: JsonRecord): JsonRecord {
  const { error, code, object } = holder;
  return object === "error" ? holder : { error, code };
}
