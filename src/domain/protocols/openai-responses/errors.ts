// Errors as clients of Responses read them.
import type { JsonRecord } from "../../bytes/json.ts";
import { RawJson } from "../../bytes/json-written.ts";
import { type ErrorForm, errorBodyOfV1 } from "../error-form.ts";
import { EventLog } from "./event-log.ts";
import { responseId, responseObject } from "./response-object.ts";

export const responsesErrors: ErrorForm = {
  body: errorBodyOfV1,
  /** Agents read only that the response has failed; what it was until then is not known here. */
  event(error, requestId) {
    const log = new EventLog();
    const text = (key: string) => wordIn(error, key) ?? "server_error";
    const [code, message] = [text("code"), text("message")];
    log.emit("error", { error: new RawJson(JSON.stringify(error)), code, message, param: null });
    const head = { id: responseId(requestId), model: "", createdAt: 0, asked: null };
    const response = responseObject(head, {
      status: "failed",
      output: [],
      error: { code, message },
    });
    log.emit("response.failed", { response });
    return log
      .taken()
      .map((event) => decoder.decode(event))
      .join("");
  },
};

const decoder = new TextDecoder();

function wordIn(error: JsonRecord, key: string): string | null {
  const word = error[key];
  return typeof word === "string" ? word : null;
}
