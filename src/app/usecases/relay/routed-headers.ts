// The headers by which every routed answer says where it comes from (SPEC section 5).
import { headerSafe } from "../../../domain/http/headers.ts";
import type { Target } from "../../../domain/routing/plan.ts";
import type { CallSession } from "./session.ts";

/**
 * @param target who answered, or was asked last
 * @param underWay attempts that are not over yet
 */
export function routedHeaders(
  session: Pick<CallSession, "call" | "attempts" | "current">,
  { server, model }: Target,
  underWay: number,
): [string, string][] {
  const headers: [string, string][] = [
    ["x-request-id", session.call.id],
    ["x-smolrouter-upstream", headerSafe(server.name)],
    ["x-smolrouter-attempts", String(session.attempts().length + underWay)],
  ];
  const dropped = session.current()?.dropped() ?? [];
  if (dropped.length > 0) headers.push(["x-smolrouter-dropped", headerSafe(dropped.join(","))]);
  if (model !== null) headers.push(["x-smolrouter-model", headerSafe(model)]);
  return headers;
}
