// Ollama calls that no other server knows: they go to the Ollama server among a plan's targets, or nowhere.
import type { IncomingCall } from "../../call/incoming-call.ts";
import { serversOf } from "../../routing/model-list.ts";
import type { RoutePlan, Target } from "../../routing/plan.ts";
import type { Routing } from "../../routing/types.ts";
import { ollamaKind } from "./endpoints.ts";

/**
 * The plan with only the targets that can take the call; null where there is none.
 * A call that names no model (a blob) goes to the first Ollama server there is.
 */
export function capableTargets(
  call: IncomingCall,
  plan: RoutePlan,
  routing: Routing,
): RoutePlan | null {
  if (call.endpoint.protocol !== "ollama" || ollamaKind(call.endpoint) !== null) return plan;
  const isOllama = ({ server }: Target) => server.type === "ollama";
  const [first, ...rest] = plan.targets.filter(isOllama);
  if (first !== undefined) return { ...plan, targets: [first, ...rest] };
  if (call.model !== null) return null;
  const server = serversOf(routing).find(({ type }) => type === "ollama");
  return server === undefined
    ? null
    : { ...plan, targets: [{ ...plan.targets[0], server }], route: "direct" };
}
