// Which bridge a call needs: a native one where both sides speak the same API, else a translated one.
import type { ProtocolName } from "../call/endpoint.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { Target } from "../routing/plan.ts";
import type { ServerType } from "../routing/types.ts";
import type { Bridge } from "./bridge.ts";
import { nativeBridge } from "./native-bridge.ts";
import { protocols } from "./protocol.ts";
import { type CodecPair, translatedBridge } from "./translated-bridge.ts";

/** What a server is asked in by clients of other protocols. */
const speaks: Record<ServerType, ProtocolName> = { openai: "openai-chat", ollama: "ollama" };

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

/** null: both sides speak the same API, or the call has no counterpart in the other. */
function codecsFor({ endpoint }: IncomingCall, { server }: Target): CodecPair | null {
  const theirs = speaks[server.type];
  if (theirs === endpoint.protocol) return null;
  const { client } = protocols[endpoint.protocol];
  const { upstream } = protocols[theirs];
  const asked = client?.call(endpoint) ?? null;
  return client === null || upstream === null || asked === null
    ? null
    : { client, asked, upstream };
}
