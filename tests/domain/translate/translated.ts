// Shorthands for the translation's tests.
import type { JsonRecord } from "../../../src/domain/json.ts";
import type { OllamaKind } from "../../../src/domain/translate/ollama-path.ts";
import {
  requestToOpenAi,
  type TranslatedRequest,
} from "../../../src/domain/translate/request-to-openai.ts";
import { serverTraits, type ServerTraits } from "../../../src/domain/translate/server-traits.ts";

export const open = serverTraits("http://10.0.0.9:8000");
export const strict = serverTraits("https://api.groq.com/openai");

/** What becomes of a request, for the model `m`. */
export function translate(
  kind: OllamaKind,
  request: JsonRecord,
  traits: ServerTraits = open,
): TranslatedRequest {
  return requestToOpenAi(`/api/${kind}`, request, "m", traits);
}

/** As `translate`, of a request that is fine. */
export function translated(
  kind: OllamaKind,
  request: JsonRecord,
  traits: ServerTraits = open,
): Extract<TranslatedRequest, { readonly kind: "request" }> {
  const result = translate(kind, request, traits);
  if (result.kind !== "request") throw new Error(JSON.stringify(result));
  return result;
}
