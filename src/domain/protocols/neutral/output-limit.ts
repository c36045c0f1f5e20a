// A server's own limit on how long its answers may be, as `max_output_tokens` of the routes file says it.
import { ownNumber, RawJson } from "../../bytes/json-written.ts";
import type { NeutralRequest, SamplingSetting } from "./request.ts";

/** The request with no more asked for than the server gives; what is lowered so counts as not carried. */
export function withOutputLimit(request: NeutralRequest, limit: number | null): NeutralRequest {
  if (limit === null || request.kind === "embedding") return request;
  const { settings } = request;
  if (!settings.sampling.some((setting) => exceeds(setting, limit))) return request;
  // Not the field that the client sent: that one has no place, and is named.
  const sampling = settings.sampling.map((setting) =>
    exceeds(setting, limit) ? { ...setting, value: ownNumber(limit) } : setting,
  );
  return { ...request, settings: { ...settings, sampling } };
}

function exceeds({ name, value }: SamplingSetting, limit: number): boolean {
  return name === "max_tokens" && value instanceof RawJson && Number(value.text) > limit;
}
