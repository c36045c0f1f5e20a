// What a request's body asks for: its model, and whether the answer is to be streamed. Parsed once, here.
import type { Endpoint } from "./endpoint.ts";
import type { BodyKind } from "./incoming-call.ts";
import type { HeaderList } from "../http/headers.ts";
import { isRecord, type JsonRecord, readJsonBytes } from "../bytes/json.ts";
import { fieldText, formFields, multipartBoundary } from "../bytes/multipart.ts";
import { problem, type RequestProblem } from "../http/problem.ts";
import { requestedThinking } from "../routing/policy.ts";

export interface BodyReading {
  readonly bodyKind: BodyKind;
  readonly json: JsonRecord | null;
  readonly model: string | null;
  readonly modelKey: string;
  readonly wantsStream: boolean;
}

/**
 * Reads the body of a proxied request.
 * @param contentType the header, null where there is none
 * @returns the reading, or why the request cannot be routed (400)
 */
export function readRequest(
  endpoint: Endpoint,
  contentType: string | null,
  body: Uint8Array,
): BodyReading | RequestProblem {
  const { takesJson } = endpoint;
  if (body.length === 0 && !takesJson) return unread;
  const boundary = multipartBoundary(contentType);
  if (boundary !== null) return readForm(body, boundary);
  const reading = readJsonBytes(body);
  if ("wrong" in reading)
    return takesJson ? problem("invalid_json", `the request's body ${reading.wrong}`) : unread;
  const { value: parsed } = reading;
  if (!isRecord(parsed))
    return takesJson ? problem("invalid_json", "the request's body is not a JSON object") : unread;
  const modelKey = modelKeyOf(endpoint, parsed);
  const model = parsed[modelKey] ?? null;
  if (model !== null && typeof model !== "string")
    return problem("invalid_model", `\`${modelKey}\` must be a string`, { param: modelKey });
  const stream = parsed["stream"];
  const wantsStream = endpoint.streams === "by-default" ? stream !== false : stream === true;
  return { bodyKind: "json", json: parsed, model, modelKey, wantsStream };
}

function modelKeyOf({ otherModelKey: other }: Endpoint, body: JsonRecord): string {
  if (other === null || body["model"] !== undefined) return "model";
  return body[other] === undefined ? "model" : other;
}

/** Audio and image uploads name their model in a form field. */
function readForm(body: Uint8Array, boundary: string): BodyReading {
  const fields = formFields(body, boundary, ["model", "stream"]);
  return {
    bodyKind: "multipart",
    json: null,
    modelKey: "model",
    model: fieldText(body, fields.get("model")),
    wantsStream: fieldText(body, fields.get("stream")) === "true",
  };
}

const unread: BodyReading = {
  bodyKind: "none",
  json: null,
  model: null,
  modelKey: "model",
  wantsStream: false,
};

/** Why a request's own headers cannot be followed (400); null where they can. */
export function headerProblem(headers: HeaderList): RequestProblem | null {
  return "badValue" in requestedThinking(headers)
    ? problem("invalid_header", "X-SmolRouter-Thinking must be strip, keep or move")
    : null;
}
