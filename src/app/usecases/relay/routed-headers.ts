// The headers by which every routed answer says where it comes from.
import type { IncomingCall } from "../../../domain/call/incoming-call.ts";
import { headerSafe, type HeaderList, headerValue } from "../../../domain/http/headers.ts";
import type { Way } from "../../../domain/call/way.ts";
import type { Target } from "../../../domain/routing/plan.ts";

/**
 * @param target who answered, or was asked last
 * @param way how it was asked; null: its turn never came
 * @param attempts how many were made
 * @param dropped what of the request, or of the answer so far, could not be carried over
 */
export function routedHeaders(
  callId: string,
  { server, model }: Target,
  way: Way | null,
  attempts: number,
  dropped: readonly string[],
): [string, string][] {
  const headers: [string, string][] = [
    ["x-request-id", callId],
    ["x-smolrouter-upstream", headerSafe(server.name)],
    ["x-smolrouter-attempts", String(attempts)],
  ];
  if (way !== null && way.kind !== "none") headers.push(["x-smolrouter-protocol", way.kind]);
  if (dropped.length > 0) headers.push(["x-smolrouter-dropped", headerSafe(dropped.join(","))]);
  if (model !== null) headers.push(["x-smolrouter-model", headerSafe(model)]);
  return headers;
}

/** The id under the name by which Anthropic's clients look for it. */
export function alsoKnownAs({
  id,
  endpoint,
}: Pick<IncomingCall, "id" | "endpoint">): readonly [string, string][] {
  return endpoint.protocol === "anthropic-messages" ? [["request-id", id]] : none;
}

const none: readonly [string, string][] = [];

/** Whether an upstream's answer has one under that name already. */
export function upstreamHasId(headers: HeaderList): boolean {
  return headerValue(headers, "request-id") !== null;
}
