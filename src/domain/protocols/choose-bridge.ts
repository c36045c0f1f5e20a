// Which bridge a call needs: a native one where both sides speak the same API, else a translated one.
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Target } from "../routing/plan.ts";
import type { Bridge } from "./bridge.ts";
import { nativeBridge } from "./native-bridge.ts";
import { protocols } from "./protocol.ts";
import { speaks, translatedTo } from "./spoken.ts";
import { type CodecPair, translatedBridge } from "./translated-bridge.ts";

/**
 * The bridge of a call to one of its targets.
 * @param clock gives the time in epoch ms
 */
export function bridgeFor(call: IncomingCall, target: Target, clock: { now(): number }): Bridge {
  const pair = codecsFor(call, target);
  return pair === null
    ? nativeBridge(call, target)
    : translatedBridge(call, pair, target, () => clock.now());
}

/** Whether the request's body has to be parsed for its way to a target. */
export function parsesBody(call: IncomingCall, target: Target): boolean {
  return target.policy.disableThinking || codecsFor(call, target) !== null;
}

/** null: the server speaks what the client asks in, or nothing that the call has a counterpart in. */
function codecsFor({ endpoint }: IncomingCall, { server }: Target): CodecPair | null {
  if (speaks(server, endpoint.protocol)) return null;
  const { client } = protocols[endpoint.protocol];
  const asked = client?.call(endpoint) ?? null;
  if (client === null || asked === null) return null;
  for (const theirs of translatedTo(server)) {
    const { upstream } = protocols[theirs];
    if (upstream !== null) return { client, asked, upstream };
  }
  return null;
}
