// Shorthands for the translation's tests.
import type { JsonRecord } from "../../../../src/domain/bytes/json.ts";
import type { OllamaKind } from "../../../../src/domain/protocols/ollama/endpoints.ts";
import { serverTraits, type ServerTraits } from "../../../../src/domain/protocols/server-traits.ts";
import { translateRequest, type TranslatedRequest } from "./pipeline.ts";
import { asRead, asReceived } from "./written.ts";

/** A translated request whose body is as its reader parses it. */
export type ReadRequest =
  | Exclude<TranslatedRequest, { readonly kind: "request" }>
  | {
      readonly kind: "request";
      readonly path: string;
      readonly body: JsonRecord;
      readonly dropped: readonly string[];
    };

export const openTraits = serverTraits("http://10.0.0.9:8000");
export const strict = serverTraits("https://api.groq.com/openai");

/** What becomes of a request, for the model `m`. */
export function translate(
  kind: OllamaKind,
  request: JsonRecord,
  traits: ServerTraits = openTraits,
): ReadRequest {
  const result = translateRequest(kind, asReceived(request), "m", traits);
  return result.kind === "request" ? { ...result, body: asRead(result.body) } : result;
}

/** As `translate`, of a request that is fine. */
export function translated(
  kind: OllamaKind,
  request: JsonRecord,
  traits: ServerTraits = openTraits,
): Extract<ReadRequest, { readonly kind: "request" }> {
  const result = translate(kind, request, traits);
  if (result.kind !== "request") throw new Error(JSON.stringify(result));
  return result;
}
