// Which bridge a call needs: a native one where both sides speak the same API, else a translated one.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Bridge } from "./bridge.ts";
import { nativeBridge } from "./native-bridge.ts";
import type { Target } from "../routing/plan.ts";
import { ollamaKind } from "./ollama/endpoints.ts";
import { translatedBridge } from "./translated-bridge.ts";

/**
 * The bridge of a call to one of its targets.
 * @param now epoch ms
 */
export function bridgeFor(call: IncomingCall, target: Target, now: () => number): Bridge {
  const kind = target.server.type === "ollama" ? null : ollamaKind(call.endpoint);
  return kind === null ? nativeBridge(call, target) : translatedBridge(call, kind, target, now);
}
