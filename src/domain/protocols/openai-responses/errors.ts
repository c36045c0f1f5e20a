// Errors as clients of Responses read them.
import { joinBytes } from "../../bytes/join-bytes.ts";
import { type ErrorForm, errorBodyOfV1 } from "../error-form.ts";
import { EventLog } from "./event-log.ts";
import { logFailure, unknownResponse } from "./failure-words.ts";
import { createResponseSoFar } from "./response-so-far.ts";

export const responsesErrors: ErrorForm = {
  body: errorBodyOfV1,
  /** Of a stream that has not begun: strict clients take no event before the response was created. */
  event(error, requestId) {
    const log = new EventLog();
    const response = unknownResponse(requestId, { status: "in_progress", output: [] });
    log.emit("response.created", { response });
    log.emit("response.in_progress", { response });
    logFailure(log, error, (said) =>
      unknownResponse(requestId, { status: "failed", output: [], error: said }),
    );
    return new TextDecoder().decode(joinBytes([...log.taken()]));
  },
  soFar: createResponseSoFar,
};
