// What a request's body asks for: its model, and whether the answer is to be streamed. Parsed once, where it has to be.
import type { Endpoint } from "./endpoint.ts";
import type { BodyKind, IncomingCall } from "./incoming-call.ts";
import type { HeaderList } from "../http/headers.ts";
import { isRecord, type JsonRecord, parseJsonBytes, readJsonBytes } from "../bytes/json.ts";
import { fieldText, formFields, multipartBoundary } from "../bytes/multipart.ts";
import { problem, type RequestProblem } from "../http/problem.ts";
import { requestedThinking } from "../routing/policy.ts";
import { type FindAscii, scanRequest } from "./scan-request.ts";

export interface BodyReading {
  readonly bodyKind: BodyKind;
  /** Parsed when it is first asked for. */
  readonly json: () => JsonRecord | null;
  readonly model: string | null;
  readonly modelKey: string;
  readonly wantsStream: boolean;
}

/**
 * Reads the body of a proxied request.
 * @param contentType the header, null where there is none
 * @param find by which a large body is searched in place of being parsed, wherever the search is
 * exact; whether such a body is valid is left open until somebody needs it parsed. null: every body
 * is parsed
 * @returns the reading, or why the request cannot be routed (400)
 */
export function readRequest(
  endpoint: Endpoint,
  contentType: string | null,
  body: Uint8Array,
  find: FindAscii | null = null,
): BodyReading | RequestProblem {
  const { takesJson } = endpoint;
  if (body.length === 0 && !takesJson) return noReading;
  const boundary = multipartBoundary(contentType);
  if (boundary !== null) return readForm(body, boundary);
  const scanned = find !== null && isScanned(endpoint) ? scanRequest(body, find) : null;
  if (scanned !== null)
    return { bodyKind: "json", json: parsedOnce(body), modelKey: "model", ...scanned };
  const reading = readJsonBytes(body);
  if ("wrong" in reading)
    return takesJson ? problem("invalid_json", `the request's body ${reading.wrong}`) : noReading;
  const { value: parsed } = reading;
  if (!isRecord(parsed))
    return takesJson
      ? problem("invalid_json", "the request's body is not a JSON object")
      : noReading;
  const modelKey = modelKeyOf(endpoint, parsed);
  const model = parsed[modelKey] ?? null;
  if (model !== null && typeof model !== "string")
    return problem("invalid_model", `\`${modelKey}\` must be a string`, { param: modelKey });
  const stream = parsed["stream"];
  const wantsStream = endpoint.streams === "by-default" ? stream !== false : stream === true;
  return { bodyKind: "json", json: () => parsed, model, modelKey, wantsStream };
}

/** Whether the search looks for what decides here. */
function isScanned({ takesJson, streams, otherModelKey }: Endpoint): boolean {
  return takesJson && streams !== "by-default" && otherModelKey === null;
}

function parsedOnce(body: Uint8Array): () => JsonRecord | null {
  let json: JsonRecord | null | undefined;
  return () => {
    if (json === undefined) {
      const value = parseJsonBytes(body);
      json = isRecord(value) ? value : null;
    }
    return json;
  };
}

/**
 * Why a body that was not parsed when the request was read cannot be (400); null where it can, and
 * for every other kind of body.
 */
export function bodyProblem({
  bodyKind,
  body,
  json,
}: Pick<IncomingCall, "bodyKind" | "body" | "json">): RequestProblem | null {
  if (bodyKind !== "json" || json() !== null) return null;
  const reading = readJsonBytes(body);
  const wrong = "wrong" in reading ? reading.wrong : "is not a JSON object";
  return problem("invalid_json", `the request's body ${wrong}`);
}

function modelKeyOf({ otherModelKey: other }: Endpoint, body: JsonRecord): string {
  if (other === null || body["model"] !== undefined) return "model";
  return body[other] === undefined ? "model" : other;
}

const noJson = (): null => null;

/** Audio and image uploads name their model in a form field. */
function readForm(body: Uint8Array, boundary: string): BodyReading {
  const fields = formFields(body, boundary, ["model", "stream"]);
  return {
    bodyKind: "multipart",
    json: noJson,
    modelKey: "model",
    model: fieldText(body, fields.get("model")),
    wantsStream: fieldText(body, fields.get("stream")) === "true",
  };
}

/** Of a body that is not there, or not looked into. */
export const noReading: BodyReading = {
  bodyKind: "none",
  json: noJson,
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
