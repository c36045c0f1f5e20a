// Which bridge a call needs: a native one where both sides speak the same API, else a translated one.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Bridge } from "./bridge.ts";
import { nativeBridge } from "./native-bridge.ts";
import type { Target } from "../routing/plan.ts";
import { isTranslatable } from "./ollama/ollama-path.ts";
import { translatedBridge } from "./translated-bridge.ts";

/**
 * The bridge of a call to one of its targets.
 * @param now epoch ms
 */
export function bridgeFor(call: IncomingCall, target: Target, now: () => number): Bridge {
  if (call.service === "ollama" && target.server.type !== "ollama" && isTranslatable(call.path))
    return translatedBridge(call, call.path, target, now);
  return nativeBridge(call, target);
}
