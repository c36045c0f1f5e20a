// How a Responses stream says that it has failed: by an error, for those who listen to it, and by the response as far as it came.
import { answerIdOf } from "../../call/answer-id.ts";
import { type JsonRecord, textMember } from "../../bytes/json.ts";
import { RawJson, type Written, type WrittenObject } from "../../bytes/json-written.ts";
import type { EventLog } from "./event-log.ts";
import { failureCode, otherFailure } from "./failure-code.ts";
import { responseObject, type ResponseState } from "./response-object.ts";

/** What a failed response says of it. */
export interface ResponseError extends WrittenObject {
  readonly code: string;
  readonly message: string;
}

/** @param response as it stands, with this error in it */
export function logFailure(
  log: EventLog,
  error: JsonRecord,
  response: (error: ResponseError) => Written,
): void {
  const codes = [error["code"], error["type"], error["status"]].flatMap((code) =>
    typeof code === "string" || typeof code === "number" ? String(code) : [],
  );
  const message = textMember(error, "message") ?? otherFailure;
  const said = { code: failureCode({ message, codes }), message };
  log.emit("error", { error: new RawJson(JSON.stringify(error)), ...said, param: null });
  log.emit("response.failed", { response: response(said) });
}

/** A response of which no more is known than the call that it answers. */
export function unknownResponse(requestId: string, state: ResponseState): WrittenObject {
  const unknown = { model: "", createdAt: 0, asked: null, isKept: false, previous: null };
  return responseObject({ id: answerIdOf(requestId), ...unknown }, state);
}
