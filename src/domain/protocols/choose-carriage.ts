// Which carriage a call needs: none but its own bytes where both sides speak the same API.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Carriage } from "./carriage.ts";
import { nativeCarriage } from "./native-carriage.ts";
import type { Target } from "../routing/plan.ts";
import { isTranslatable } from "./ollama/ollama-path.ts";
import { translatedCarriage } from "./translated-carriage.ts";

/**
 * The carriage of a call to one of its targets.
 * @param now epoch ms
 */
export function carriageFor(call: IncomingCall, target: Target, now: () => number): Carriage {
  if (call.service === "ollama" && target.server.type !== "ollama" && isTranslatable(call.path))
    return translatedCarriage(call, call.path, target, now);
  return nativeCarriage(call, target);
}
