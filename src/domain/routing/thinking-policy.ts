// What an Ollama client's own wish makes of the policy for reasoning.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Policy } from "./types.ts";

/** Who asks for thinking gets it: `think: true` turns `strip` into `move`. */
export function thinkingPolicy(call: IncomingCall, policy: Policy): Policy {
  if (call.endpoint.protocol !== "ollama" || policy.stripThinking !== "strip") return policy;
  const think = call.json()?.["think"];
  const wanted = think === true || (typeof think === "string" && think !== "");
  return wanted ? { ...policy, stripThinking: "move" } : policy;
}
